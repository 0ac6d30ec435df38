package io.imageshare.http;

import com.google.common.base.Ascii;
import com.google.common.net.HostAndPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The proxies that the environment names: {@code https_proxy} and {@code http_proxy} by the scheme
 * of the endpoint, unless {@code no_proxy} names its host. Each name is tried in lower case first,
 * as curl does, and one that is empty is not set.
 */
final class EnvironmentProxies extends ProxySelector {
  private static final Set<String> SCHEMES = Set.of("https", "http");

  private final Map<String, Named> proxies = new HashMap<>();
  private final NoProxy exceptions;

  /** A proxy, and what it is told. */
  private record Named(Proxy proxy, @Nullable ProxyLogin login) {}

  /**
   * Reads the variables.
   *
   * @throws IllegalArgumentException if one cannot be used
   */
  EnvironmentProxies(Map<String, String> environment) {
    for (String scheme : SCHEMES) {
      String variable = variable(environment, scheme + "_proxy");
      if (!variable.isEmpty()) {
        proxies.put(scheme, read(variable, value(environment, variable)));
      }
    }
    exceptions = exceptions(environment);
  }

  /** The variable that names a proxy for an endpoint; empty when there is none. */
  static String variable(Map<String, String> environment, URI endpoint) {
    return exceptions(environment).matches(endpoint)
        ? ""
        : variable(environment, endpoint.getScheme() + "_proxy");
  }

  private static NoProxy exceptions(Map<String, String> environment) {
    return NoProxy.of(value(environment, variable(environment, "no_proxy")));
  }

  private static String variable(Map<String, String> environment, String lower) {
    String upper = Ascii.toUpperCase(lower);
    return !value(environment, lower).isEmpty()
        ? lower
        : value(environment, upper).isEmpty() ? "" : upper;
  }

  private static String value(Map<String, String> environment, String variable) {
    return environment.getOrDefault(variable, "").strip();
  }

  private static Named read(String variable, String value) {
    int end = value.indexOf("://");
    if (end >= 0 && !value.substring(0, end).equalsIgnoreCase("http")) {
      throw wrong(variable, "a proxy that is not spoken to over http cannot be used");
    }
    String address = end < 0 ? value : value.substring(end + 3);
    String authority = address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
    int at = authority.lastIndexOf('@');
    HostAndPort host;
    try {
      host = HostAndPort.fromString(authority.substring(at + 1));
    } catch (IllegalArgumentException e) {
      throw wrong(variable, "it has no host and port that can be read");
    }
    if (host.getHost().isEmpty() || host.getHost().indexOf('/') >= 0) {
      throw wrong(variable, "it has no host that can be read");
    }
    if (!host.hasPort()) {
      throw wrong(variable, "it has no port, for which each program takes another");
    }
    return new Named(
        new Proxy(
            Proxy.Type.HTTP, InetSocketAddress.createUnresolved(host.getHost(), host.getPort())),
        at < 0 ? null : login(variable, authority.substring(0, at)));
  }

  private static ProxyLogin login(String variable, String given) {
    int colon = given.indexOf(':');
    try {
      return new ProxyLogin(
          decoded(colon < 0 ? given : given.substring(0, colon)),
          decoded(colon < 0 ? "" : given.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw wrong(variable, "its user or password is not one, encoded as in a URL");
    }
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** It is not quoted: it may hold a password. */
  private static IllegalArgumentException wrong(String variable, String why) {
    return new IllegalArgumentException(
        "proxyFromEnvironment: %s: %s; it looks like http://proxy.example.com:3128, with user:password@ before the host if need be"
            .formatted(variable, why));
  }

  @Override
  public List<Proxy> select(URI endpoint) {
    Named named = named(endpoint);
    return List.of(named == null ? Proxy.NO_PROXY : named.proxy());
  }

  /** What the proxy of an endpoint is told, if the environment says. */
  @Nullable ProxyLogin login(URI endpoint) {
    Named named = named(endpoint);
    return named == null ? null : named.login();
  }

  /** All that proxies may be told. */
  List<ProxyLogin> logins() {
    return proxies.values().stream().map(Named::login).filter(Objects::nonNull).toList();
  }

  private @Nullable Named named(URI endpoint) {
    return exceptions.matches(endpoint) ? null : proxies.get(endpoint.getScheme());
  }

  @Override
  public void connectFailed(URI endpoint, SocketAddress proxy, IOException e) {
    // There is no other to choose.
  }
}
