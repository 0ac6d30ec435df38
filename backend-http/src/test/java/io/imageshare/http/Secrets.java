package io.imageshare.http;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The secrets of one caller, and every kind of credentials made of them. */
record Secrets(String secretKey, String securityToken, String token, String password) {
  static final String KEY = "AK";
  static final String TEMPORARY_KEY = "TEMPAK";

  /** Places in {@link #credentials}. */
  static final int ACCESS_KEY = 0;

  static final int TEMPORARY = 4;
  static final int TOKEN = 5;
  static final int PASSWORD = 6;

  static final Secrets RIGHT =
      new Secrets(
          "sK7+Q/w=Zr&9\"k<M'x2T%yB4nV8cLpE1hJ6uGd",
          "sT5gH+aaW/3=vN&7\"jR<q'0D%fY8mKzXe2PbUl",
          "MIItK4+cS/9=oI&3\"wF<y'7A%gT1nZxVr6QdHe",
          "pW 8+uJ/2=lC&5\"bE<t'4G%sO6kMzYi9XaNf \u00f6");

  static final Secrets WRONG =
      new Secrets(
          "sKwrong+1/f=Lq&8\"d<W'v3C%rJ9mUbTz5eXoP",
          "sTwrong+4/n=Gy&6\"h<Z'k1S%wQ7cFaLi2uBtR",
          "MIIwrong+7/x=Ej&2\"p<K'g5V%oD8yHsNr3lAm",
          "pWwrong+9/c=Ti&1\"v<R'b6M%uX4fZqJe7wGkY");

  List<Credentials> credentials(URI iam) {
    TemporaryKey temporary =
        new TemporaryKey(
            TEMPORARY_KEY, secretKey, securityToken, Instant.parse("2999-01-01T00:00:00Z"));
    Map<String, String> environment =
        Map.of("HUAWEICLOUD_SDK_AK", KEY, "HUAWEICLOUD_SDK_SK", secretKey);
    Map<String, String> temporaryEnvironment =
        Map.of(
            "HUAWEICLOUD_SDK_AK",
            TEMPORARY_KEY,
            "HUAWEICLOUD_SDK_SK",
            secretKey,
            "HUAWEICLOUD_SDK_SECURITY_TOKEN",
            securityToken);
    return List.of(
        Credentials.accessKey(KEY, secretKey),
        Credentials.accessKey(TEMPORARY_KEY, secretKey, securityToken),
        Credentials.fromEnvironment(environment),
        Credentials.fromEnvironment(temporaryEnvironment),
        Credentials.temporary(() -> temporary),
        Credentials.token(() -> token),
        password(iam));
  }

  Credentials password(URI iam) {
    return Credentials.password(iam, "account", "user", password, "region");
  }

  List<String> all() {
    return List.of(secretKey, securityToken, token, password);
  }
}
