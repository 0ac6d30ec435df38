package io.imageshare.http;

import static java.util.Objects.requireNonNull;

import io.imageshare.Reason;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The credentials of a caller ({@code ims-api.md} section 5). They do not change, and may be used
 * by several backends at the same time.
 *
 * <p>Once the service has refused them, nothing more is sent with them, by any backend that was
 * given this object: other ones are needed. A supplier is asked for others after five minutes.
 *
 * <p>What expires is renewed when half of its lifetime is over, and once when the service refuses
 * it; one renewal serves all calls that need it, and none runs on the thread that calls the
 * backend. No secret appears in a {@code toString}, a log or an exception of this library. The
 * JDK's own client logs tokens and signatures in a JVM that was started with {@code
 * -Djdk.httpclient.HttpClient.log=headers} or {@code all}.
 */
public final class Credentials {

  static final String ENV_KEY = "HUAWEICLOUD_SDK_AK";
  static final String ENV_SECRET = "HUAWEICLOUD_SDK_SK";
  private static final String ENV_TOKEN = "HUAWEICLOUD_SDK_SECURITY_TOKEN";
  private static final String ENV_PROJECT = "HUAWEICLOUD_SDK_PROJECT_ID";

  private final Source source;
  private final @Nullable String project;

  /** What became of them is known wherever they are used. */
  private final Standing principal;

  private final IdentityCache cache;

  private Credentials(Source source, @Nullable String project) {
    this(source, project, new Standing(), new IdentityCache());
  }

  private Credentials(
      Source source, @Nullable String project, Standing principal, IdentityCache cache) {
    this.source = source;
    this.project = project;
    this.principal = principal;
    this.cache = cache;
  }

  /**
   * A permanent access key. Every request is signed with it.
   *
   * @param ak the access key's id
   * @param sk the secret that goes with it
   * @return the credentials
   * @throws IllegalArgumentException if one is blank or cannot be sent in a header
   */
  public static Credentials accessKey(String ak, String sk) {
    return fixed(new Identity.AccessKey(ak, sk, null, null), null);
  }

  /**
   * A temporary access key, which works until it expires. A run that may last longer needs {@link
   * #temporary}.
   *
   * @param ak the access key's id
   * @param sk the secret that goes with it
   * @param securityToken the token that goes with both
   * @return the credentials
   * @throws IllegalArgumentException if one is blank or cannot be sent in a header
   */
  public static Credentials accessKey(String ak, String sk, String securityToken) {
    requireNonNull(securityToken, "securityToken");
    return fixed(new Identity.AccessKey(ak, sk, securityToken, null), null);
  }

  private static Credentials fixed(Identity.AccessKey key, @Nullable String project) {
    return new Credentials(new Source.Fixed(key), project);
  }

  /**
   * Temporary access keys, renewed before they expire and once when one is refused.
   *
   * @param keys supplies them; may block, and must not return a key again once that is about to
   *     expire. When it throws, the call fails as {@link Reason.Kind#UNAVAILABLE}, and the engine
   *     repeats it
   * @return the credentials
   */
  public static Credentials temporary(Supplier<TemporaryKey> keys) {
    return new Credentials(new Source.TemporaryKeys(requireNonNull(keys, "keys")), null);
  }

  /**
   * Tokens of the identity service, of the project that owns the images. Fetched at the first call
   * and once when one is refused: when a token expires is not known here.
   *
   * @param tokens supplies them; may block. When it throws, the call fails as {@link
   *     Reason.Kind#UNAVAILABLE}, and the engine repeats it
   * @return the credentials
   */
  public static Credentials token(Supplier<String> tokens) {
    return new Credentials(new Source.Tokens(requireNonNull(tokens, "tokens")), null);
  }

  /**
   * A user's password, for which the identity service issues tokens valid for a day ({@code
   * ims-api.md} section 5.1).
   *
   * @param iamEndpoint the identity service, such as {@code https://iam.myhuaweicloud.com}
   * @param domain the account's name
   * @param user the user's name; it must be one of the account's users, not the account's own login
   * @param password the user's password
   * @param project the project that owns the images: its id when it is 32 hexadecimal digits, else
   *     its name, which for a region's own project is the region, such as {@code cn-north-4}
   * @return the credentials
   * @throws IllegalArgumentException if one is blank
   */
  public static Credentials password(
      URI iamEndpoint, String domain, String user, String password, String project) {
    requireNonNull(iamEndpoint, "iamEndpoint");
    PasswordLogin.User login =
        new PasswordLogin.User(
            iamEndpoint,
            present("domain", domain),
            present("user", user),
            present("password", password));
    return new Credentials(new PasswordLogin(login, present("project", project)), null);
  }

  /**
   * An access key from the environment, under the names that the guide of the vendor's SDK for Java
   * documents: {@code HUAWEICLOUD_SDK_AK}, {@code HUAWEICLOUD_SDK_SK}, and, where there is one,
   * {@code HUAWEICLOUD_SDK_SECURITY_TOKEN}. {@code HUAWEICLOUD_SDK_PROJECT_ID} is the project
   * unless the backend's builder names another.
   *
   * @return the credentials
   * @throws IllegalStateException if a variable that is needed is not set
   */
  public static Credentials fromEnvironment() {
    return fromEnvironment(System.getenv());
  }

  static Credentials fromEnvironment(Map<String, String> environment) {
    return ofKey(
        variable(environment, ENV_KEY),
        variable(environment, ENV_SECRET),
        environment.getOrDefault(ENV_TOKEN, "").strip(),
        environment.getOrDefault(ENV_PROJECT, "").strip());
  }

  /**
   * The credentials that other tools of the vendor would find here, under the names that its SDK
   * for Java reads. The first of these counts, and none of the others is asked:
   *
   * <ol>
   *   <li>the environment, as in {@link #fromEnvironment()}
   *   <li>the profile {@code [basic]} of {@code ~/.huaweicloud/credentials}, or of the file that
   *       {@code HUAWEICLOUD_SDK_CREDENTIALS_FILE} names: {@code ak}, {@code sk}, and, where there
   *       are, {@code security_token} and {@code project_id}
   *   <li>the agency of the instance this runs on: its metadata service, {@code
   *       http://169.254.169.254}, gives temporary keys. It is asked at the first call and before
   *       they expire, without a proxy. One that demands tokens is not supported
   * </ol>
   *
   * <p>Where there are none, the first call fails, and its reason names what was looked for where.
   *
   * @return the credentials
   * @throws IllegalStateException if a key or its secret is missing where the other one is, or a
   *     file cannot be read
   */
  public static Credentials discover() {
    return new Discovery(
            System.getenv(), Path.of(System.getProperty("user.home", "")), Discovery.METADATA)
        .find();
  }

  static Credentials ofInstance(URI metadata, String before) {
    return new Credentials(new InstanceKeys(metadata, before), null);
  }

  /** A key whose token and project may be empty. */
  static Credentials ofKey(String key, String secret, String token, String project) {
    return fixed(
        new Identity.AccessKey(key, secret, token.isEmpty() ? null : token, null),
        project.isEmpty() ? null : project);
  }

  private static String variable(Map<String, String> environment, String name) {
    String value = environment.getOrDefault(name, "").strip();
    if (value.isEmpty()) {
      throw new IllegalStateException(
          "%s: not set; credentials from the environment need %s and %s"
              .formatted(name, ENV_KEY, ENV_SECRET));
    }
    return value;
  }

  private static String present(String what, String value) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(what + ": it is blank");
    }
    return value;
  }

  Source source() {
    return source;
  }

  /** What is known of whoever proves himself by them. */
  Standing principal() {
    return principal;
  }

  IdentityCache cache() {
    return cache;
  }

  @Nullable String project() {
    return project;
  }

  /** The same, with the address of the identity service checked. */
  Credentials checked(boolean plainHttp) {
    return source instanceof PasswordLogin login
        ? new Credentials(login.checked(plainHttp), project, principal, cache)
        : this;
  }

  /** The kind of credentials and the user or key; never a secret. */
  @Override
  public String toString() {
    return "Credentials[" + source + "]";
  }
}
