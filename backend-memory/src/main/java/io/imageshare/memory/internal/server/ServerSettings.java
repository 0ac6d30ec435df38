package io.imageshare.memory;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Whom a server lets in, as its builder was told. Read only once the server runs. */
final class Access {
  final Map<String, Key> keys = new LinkedHashMap<>();
  final Set<String> tokens = new LinkedHashSet<>();
  final Set<User> users = new LinkedHashSet<>();
  final Set<String> elsewhere = new LinkedHashSet<>();
  Duration tokensLast = Duration.ofHours(24);

  /**
   * The secret of an access key.
   *
   * @param securityToken the token that has to come with a temporary key; empty: it is none
   */
  record Key(String secret, String securityToken) {}

  /** Who can have a token. */
  record User(String domain, String name, String password) {}

  /** Whether everybody is let in. */
  boolean open() {
    return keys.isEmpty() && tokens.isEmpty() && users.isEmpty();
  }
}
