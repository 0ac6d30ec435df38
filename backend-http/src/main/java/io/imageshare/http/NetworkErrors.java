package io.imageshare.http;

import com.google.common.base.Throwables;
import io.imageshare.BackendException;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Translates a request without a response.
 *
 * <p>The JDK's exceptions name neither host nor proxy, and often have no message. Where it is
 * certain that the request never left (no connection, no TLS, no tunnel), a write had no effect;
 * after that it is lost.
 */
final class NetworkErrors {
  // The JDK reports a refused CONNECT by this message only (seen on 17 and 25); 407 it returns.
  private static final Pattern TUNNEL = Pattern.compile("Tunnel failed, got: (\\d+)");
  private static final String NOT_TLS = "recognized SSL message";
  private static final Pattern BLANK = Pattern.compile("[\\s,]");
  private static final int FORBIDDEN = 403;

  private NetworkErrors() {}

  /** The backend was closed. */
  static BackendException closed(boolean lost) {
    return ErrorTranslation.exception(
        lost ? Kind.LOST : Kind.UNAVAILABLE, "the backend was closed");
  }

  /** A proxy wants credentials of its own: repeating the request cannot help. */
  static BackendException proxyUnauthorized(
      ApiRequest request, Proxies proxies, HttpHeaders headers) {
    List<String> offers =
        headers.allValues("Proxy-Authenticate").stream()
            .map(offer -> ErrorBody.clean(BLANK.split(offer.strip(), 2)[0]))
            .toList();
    return ErrorTranslation.exception(
        Kind.UNAUTHENTICATED,
        "%s wants credentials for itself (HTTP 407 to %s); %s"
            .formatted(
                named(proxies, request),
                request,
                proxies.unauthorizedHint(request.endpoint(), offers)));
  }

  /** A token or a password would be seen by a proxy. Nothing was sent. */
  static BackendException plainToken(ApiRequest request, Proxies proxies) {
    return ErrorTranslation.exception(
        Kind.UNAUTHENTICATED,
        "%s is not sent: over http, %s could read its token or password, and use it;"
                .formatted(request, named(proxies, request))
            + " use https, or plainHttpThroughProxy() to allow it");
  }

  private static String named(Proxies proxies, ApiRequest request) {
    String proxy = proxies.name(request.endpoint());
    return proxy.isEmpty() ? "a proxy" : proxy;
  }

  /** Translates an exception of the HTTP client. */
  static BackendException of(IOException e, ApiRequest request, Proxies proxies, Duration limit) {
    Reason reason = notSent(e, request, proxies, limit);
    // The JDK quotes the line or the number that it cannot read, which may be a secret.
    boolean quotes =
        hasCause(e, ProtocolException.class) || hasCause(e, NumberFormatException.class);
    if (reason == null) {
      String what =
          e instanceof HttpTimeoutException
              ? "no whole answer within " + seconds(limit)
              : "the connection broke: "
                  + (quotes ? "the answer is not HTTP" : ErrorBody.clean(message(e)));
      reason =
          new Reason(
              request.write() ? Kind.LOST : Kind.UNAVAILABLE,
              "",
              "%s to %s: %s".formatted(request, request.endpoint().getRawAuthority(), what));
    }
    return new BackendException(reason, Duration.ZERO, quotes ? null : e);
  }

  /** The reason, if the request certainly never left; else null. */
  private static @Nullable Reason notSent(
      IOException e, ApiRequest request, Proxies proxies, Duration limit) {
    String proxy = proxies.name(request.endpoint());
    Reason insecure = notSecure(e, request.endpoint(), proxy);
    if (insecure != null) {
      return insecure;
    }
    String host = request.endpoint().getHost();
    String peer = proxy.isEmpty() ? request.endpoint().getRawAuthority() : proxy;
    if (hasCause(e, UnresolvedAddressException.class)) {
      return unavailable(
          proxy.isEmpty()
              ? "host %s not found; are endpoint and region spelled right?%s"
                  .formatted(host, proxies.unusedHint(request.endpoint()))
              : proxy + ": host not found; is the proxy spelled right?");
    }
    if (e instanceof HttpConnectTimeoutException) {
      return unavailable(
          "no connection to %s in time, at most %s%s%s"
              .formatted(
                  peer,
                  seconds(limit),
                  proxy.isEmpty() ? addresses(host) : "",
                  proxies.unusedHint(request.endpoint())));
    }
    if (e instanceof ConnectException || e instanceof NoRouteToHostException) {
      return unavailable(
          proxy.isEmpty()
              ? "cannot connect to %s: %s%s; are host and port right?%s"
                  .formatted(
                      peer, refusal(e), addresses(host), proxies.unusedHint(request.endpoint()))
              : "cannot connect to %s on the way to %s: %s; are the proxy's host and port right?"
                  .formatted(peer, host, refusal(e)));
    }
    return null;
  }

  /** The reason, if no tunnel or TLS connection could be made; else null. */
  private static @Nullable Reason notSecure(IOException e, URI endpoint, String proxy) {
    String host = endpoint.getHost();
    Matcher tunnel = TUNNEL.matcher(String.valueOf(e.getMessage()));
    if (tunnel.find()) {
      int status = Integer.parseInt(tunnel.group(1));
      String message =
          "%s will not connect to %s: HTTP %d"
              .formatted(proxy.isEmpty() ? "a proxy" : proxy, host, status);
      return status == FORBIDDEN
          ? new Reason(
              Kind.UNAUTHENTICATED,
              "",
              message + "; it has to allow " + host + ":" + Endpoint.port(endpoint))
          : unavailable(message);
    }
    if (hasCause(e, CertificateException.class) || hasCause(e, CertPathValidatorException.class)) {
      String message =
          "the certificate of %s is not trusted: %s; sslContext(...) can say whom to trust"
              .formatted(host, message(e));
      return new Reason(Kind.UNAUTHENTICATED, "", message);
    }
    boolean notTls = e instanceof SSLException && message(e).contains(NOT_TLS);
    return e instanceof SSLHandshakeException || notTls
        ? unavailable("no TLS with " + endpoint.getRawAuthority() + ": " + message(e))
        : null;
  }

  private static Reason unavailable(String message) {
    return new Reason(Kind.UNAVAILABLE, "", message);
  }

  /** Which address failed, where a host has several; empty where it has one. */
  private static String addresses(String host) {
    try {
      InetAddress[] all = InetAddress.getAllByName(host);
      return all.length < 2
          ? ""
          : " (tried %s, the first of its %d addresses: the JDK's client tries no other)"
              .formatted(all[0].getHostAddress(), all.length);
    } catch (UnknownHostException e) {
      return "";
    }
  }

  private static String refusal(IOException e) {
    String message = message(e);
    return message.equals(e.getClass().getSimpleName()) ? "connection refused" : message;
  }

  /** The first message in the chain of causes; the JDK's outermost is often null. */
  private static String message(Throwable e) {
    return Throwables.getCausalChain(e).stream()
        .map(Throwable::getMessage)
        .filter(message -> message != null && !message.isBlank())
        .findFirst()
        .orElse(e.getClass().getSimpleName());
  }

  private static boolean hasCause(Throwable e, Class<? extends Throwable> type) {
    return Throwables.getCausalChain(e).stream().anyMatch(type::isInstance);
  }

  private static String seconds(Duration time) {
    return time.toMillis() / 1000.0 + " s";
  }
}
