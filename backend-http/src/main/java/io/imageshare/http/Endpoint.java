package io.imageshare.http;

import com.google.common.net.InetAddresses;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The address of a service: scheme, host and port, nothing else. */
final class Endpoint {
  private static final int HIGHEST_PORT = 65535;
  private static final Pattern REGION = Pattern.compile("[a-z]{2}-[a-z]{2,20}-[0-9]{1,3}");

  private static final Pattern BEFORE_QUERY = Pattern.compile("[?#;]");
  private static final Pattern ADDRESS = Pattern.compile("([A-Za-z0-9+.-]*:)?(//)?[^/?#;]*");
  private static final Pattern USER = Pattern.compile("//[^/@]*@");

  private Endpoint() {}

  /**
   * The endpoint in the one form that is both sent and signed.
   *
   * @param method the builder's method that gave it, for the message
   */
  static URI check(String method, URI given, boolean plainHttp) {
    if (shown(given).contains("@")) {
      // Not quoted: it may contain a password.
      throw new IllegalArgumentException(
          method + ": it holds a user; credentials are given by credentials(...)");
    }
    String scheme = given.getScheme() == null ? "" : given.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("https") && !scheme.equals("http")) {
      throw wrong(method, given, "it must begin with https://");
    }
    if (given.getHost() == null) {
      throw wrong(method, given, "it has no host that can be read");
    }
    if (given.getPort() > HIGHEST_PORT) {
      throw wrong(method, given, "there is no such port");
    }
    if ((!given.getRawPath().isEmpty() && !given.getRawPath().equals("/"))
        || given.getRawQuery() != null
        || given.getRawFragment() != null) {
      throw wrong(method, given, "it must end after the host and port: no path, no query");
    }
    String host = given.getHost().toLowerCase(Locale.ROOT);
    if (scheme.equals("http") && !plainHttp && !isLoopback(host)) {
      throw wrong(method, given, "credentials go over https, unless plainHttp() allows http");
    }
    int usual = scheme.equals("https") ? 443 : 80;
    int port = given.getPort() == usual ? -1 : given.getPort();
    return URI.create(scheme + "://" + host + (port < 0 ? "" : ":" + port));
  }

  /** Where a redirect leads, as far as it can be quoted: a query may hold a key. */
  static String target(String location) {
    String start = ErrorBody.clean(BEFORE_QUERY.split(location, 2)[0]);
    return start.isEmpty() ? "no address" : USER.matcher(start).replaceAll("//***@");
  }

  /** The endpoint of a region of Huawei Cloud. */
  static URI ofRegion(String region) {
    if (!REGION.matcher(region).matches()) {
      throw new IllegalArgumentException(
          "region: \"%s\" is no region's id; it looks like cn-north-4, and endpoint(...) takes an address"
              .formatted(ApiRequest.encode(region)));
    }
    if (region.startsWith("eu-")) {
      throw new IllegalArgumentException(
          "region: %s is of another site, whose hosts end otherwise; give its address by endpoint(...)"
              .formatted(region));
    }
    return URI.create("https://ims." + region + ".myhuaweicloud.com");
  }

  /** The port, also where it is the scheme's own and so not named. */
  static int port(URI endpoint) {
    return endpoint.getPort() >= 0
        ? endpoint.getPort()
        : endpoint.getScheme().equals("https") ? 443 : 80;
  }

  static boolean isLoopback(String host) {
    return host.equals("localhost")
        || (InetAddresses.isUriInetAddress(host)
            && InetAddresses.forUriString(host).isLoopbackAddress());
  }

  private static IllegalArgumentException wrong(String method, URI given, String why) {
    return new IllegalArgumentException(
        "%s: %s: %s, as in https://ims.cn-north-4.myhuaweicloud.com"
            .formatted(method, shown(given), why));
  }

  /** What was given up to its path: a path or a query may hold a key. */
  private static String shown(URI given) {
    Matcher address = ADDRESS.matcher(given.toString());
    return address.lookingAt() ? address.group() : "";
  }
}
