package io.imageshare.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which proxy a request passes, what the proxy is told, and what may pass it. It is what the
 * backend's own client chooses by: over http nothing for loopback leaves this machine.
 */
final class Proxies extends ProxySelector {
  private static final String BASIC = "basic";

  private final @Nullable ProxySelector selector;
  private final boolean own;
  private final @Nullable ProxyLogin login;
  private final boolean plainTokens;
  private final Map<String, String> environment;

  /**
   * The proxies of a backend.
   *
   * @param selector chooses; null: there are none
   * @param own whether the client is the backend's own, and chooses by this; else it is the
   *     caller's, and goes by the selector alone
   * @param login what proxies are told; null: what the environment says, if that names them
   * @param plainTokens whether they may see tokens and passwords that go over http
   * @param environment where proxies may be named that nobody uses
   */
  Proxies(
      @Nullable ProxySelector selector,
      boolean own,
      @Nullable ProxyLogin login,
      boolean plainTokens,
      Map<String, String> environment) {
    this.selector = selector;
    this.own = own;
    this.login = login;
    this.plainTokens = plainTokens;
    this.environment = environment;
  }

  @Override
  public List<Proxy> select(URI uri) {
    boolean direct = own && isPlain(uri) && Endpoint.isLoopback(uri.getHost());
    return selector == null || direct ? List.of(Proxy.NO_PROXY) : selector.select(uri);
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException e) {
    if (selector != null) {
      selector.connectFailed(uri, address, e);
    }
  }

  private static boolean isPlain(URI uri) {
    return uri.getScheme().equals("http");
  }

  /** "proxy host:port", or empty when a request to an endpoint passes none. */
  String name(URI endpoint) {
    // The JDK's client tries no other than the first.
    return select(endpoint).stream()
        .limit(1)
        .filter(proxy -> proxy.type() == Proxy.Type.HTTP)
        .map(Proxy::address)
        .filter(InetSocketAddress.class::isInstance)
        .map(InetSocketAddress.class::cast)
        .map(at -> "proxy " + at.getHostString() + ":" + at.getPort())
        .findFirst()
        .orElse("");
  }

  /** Whether a proxy would see tokens and passwords, and nobody allowed that. */
  boolean forbidTokens(URI endpoint) {
    return isPlain(endpoint) && !plainTokens && !name(endpoint).isEmpty();
  }

  /** The headers that are for the proxy: the client sends none of them to the endpoint. */
  Map<String, String> headers(URI endpoint) {
    ProxyLogin told = login(endpoint);
    return told == null || name(endpoint).isEmpty()
        ? Map.of()
        : Map.of("proxy-authorization", told.header());
  }

  private @Nullable ProxyLogin login(URI endpoint) {
    return login == null && selector instanceof EnvironmentProxies named
        ? named.login(endpoint)
        : login;
  }

  /** What no message may contain. */
  Redaction secrets() {
    Redaction all = login == null ? Redaction.of() : login.secrets();
    if (selector instanceof EnvironmentProxies named) {
      for (ProxyLogin told : named.logins()) {
        all = all.and(told.secrets());
      }
    }
    return all;
  }

  /**
   * What helps where a proxy wants credentials.
   *
   * @param offers what the proxy offers to take
   */
  String unauthorizedHint(URI endpoint, List<String> offers) {
    ProxyLogin told = login(endpoint);
    if (!offers.isEmpty() && offers.stream().noneMatch(Proxies::isBasic)) {
      return "it takes " + String.join(", ", offers) + ", and this backend knows only Basic";
    }
    if (told == null) {
      return "proxyCredentials(...) gives them, or user:password@ in what proxyFromEnvironment() reads";
    }
    String property =
        "jdk.http.auth.%s.disabledSchemes".formatted(isPlain(endpoint) ? "proxying" : "tunneling");
    return isDisabled(property, !isPlain(endpoint))
        ? "Java keeps back what it could send, unless the JVM is started with -D%s=\"\""
            .formatted(property)
        : "it does not take %s and its password".formatted(told);
  }

  private static boolean isBasic(String offer) {
    return offer.toLowerCase(Locale.ROOT).startsWith(BASIC);
  }

  /** Whether Java itself leaves out what {@link #headers} says. It reads the property once. */
  private static boolean isDisabled(String property, boolean byDefault) {
    String schemes = System.getProperty(property);
    return schemes == null
        ? byDefault
        : Stream.of(schemes.split(",", -1))
            .anyMatch(scheme -> scheme.strip().equalsIgnoreCase(BASIC));
  }

  /** Where no proxy is used, though the environment names one; empty else. */
  String unusedHint(URI endpoint) {
    String variable = EnvironmentProxies.variable(environment, endpoint);
    return variable.isEmpty()
            || !name(endpoint).isEmpty()
            || Endpoint.isLoopback(endpoint.getHost())
        ? ""
        : "; %s is set, and not used: proxyFromEnvironment() uses it".formatted(variable);
  }
}
