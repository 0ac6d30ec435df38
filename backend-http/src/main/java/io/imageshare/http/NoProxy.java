package io.imageshare.http;

import com.google.common.base.Ascii;
import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import com.google.common.primitives.Ints;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The hosts that {@code NO_PROXY} names. What cannot be read in it matches nothing: the variable is
 * written for many programs.
 */
record NoProxy(List<String> entries) {
  private static final Splitter LIST =
      Splitter.on(CharMatcher.anyOf(", \t\n")).omitEmptyStrings().trimResults();
  private static final Pattern ANY_SUBDOMAIN = Pattern.compile("^\\*?\\.");

  static NoProxy of(String variable) {
    return new NoProxy(LIST.splitToList(Ascii.toLowerCase(variable)));
  }

  boolean matches(URI endpoint) {
    String host = CharMatcher.anyOf("[]").removeFrom(Ascii.toLowerCase(endpoint.getHost()));
    return entries.stream().anyMatch(entry -> matches(entry, host, Endpoint.port(endpoint)));
  }

  private static boolean matches(String entry, String host, int port) {
    if (entry.equals("*")) {
      return true;
    }
    InetAddress address = address(host);
    int slash = entry.indexOf('/');
    if (slash > 0) {
      return isIn(entry.substring(0, slash), entry.substring(slash + 1), address);
    }
    HostAndPort named;
    try {
      named = HostAndPort.fromString(entry);
    } catch (IllegalArgumentException e) {
      return false;
    }
    if (named.hasPort() && named.getPort() != port) {
      return false;
    }
    if (address != null) {
      return address.equals(address(named.getHost()));
    }
    String name = withoutLastDot(ANY_SUBDOMAIN.matcher(named.getHost()).replaceFirst(""));
    return !name.isEmpty() && ("." + withoutLastDot(host)).endsWith("." + name);
  }

  private static String withoutLastDot(String name) {
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  /** Whether an address is in a network, such as 10.0.0.0/8. */
  private static boolean isIn(String network, String prefix, @Nullable InetAddress address) {
    InetAddress first = address(network);
    Integer bits = Ints.tryParse(prefix);
    if (first == null || bits == null || address == null) {
      return false;
    }
    byte[] its = first.getAddress();
    byte[] other = address.getAddress();
    int rest = 8 * its.length - bits;
    return its.length == other.length
        && bits >= 0
        && rest >= 0
        && new BigInteger(1, its).xor(new BigInteger(1, other)).bitLength() <= rest;
  }

  private static @Nullable InetAddress address(String text) {
    return InetAddresses.isInetAddress(text) ? InetAddresses.forString(text) : null;
  }
}
