package io.imageshare.http;

import static com.google.common.base.Preconditions.checkArgument;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/** User and password of a proxy. */
record ProxyLogin(String user, String password) {
  ProxyLogin {
    checkArgument(
        !user.isBlank() && user.indexOf(':') < 0,
        "proxyCredentials: the user is blank or has a colon, which ends it in what is sent");
  }

  /** The value of {@code Proxy-Authorization}. */
  String header() {
    return "Basic " + encoded();
  }

  private String encoded() {
    return Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
  }

  /** What no message may contain. */
  Redaction secrets() {
    return password.isEmpty() ? Redaction.of() : Redaction.of(password, encoded());
  }

  /** The user; never the password. */
  @Override
  public String toString() {
    return "user " + user;
  }
}
