package io.imageshare.memory.internal.server;

import io.imageshare.memory.ErrorShape;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the builder of a server was given, with the defaults that its methods document. Read only
 * once the server runs.
 */
public final class ServerSettings {
  /** The port to listen on; 0: a free one. */
  public int port;

  /** The secrets by access key. */
  public final Map<String, Key> keys = new HashMap<>();

  /** The tokens that never expire. */
  public final Set<String> tokens = new HashSet<>();

  /** Who can get a token. */
  public final Set<User> users = new HashSet<>();

  /** The tokens and projects that belong to another region. */
  public final Set<String> otherRegion = new HashSet<>();

  /** How long an issued token is valid. */
  public Duration tokenLifetime = Duration.ofHours(24);

  /** The paths of the endpoints that are left out. */
  public final Set<String> unpublished = new HashSet<>();

  /** The shape of the service's error bodies; null: each call's own. */
  public @Nullable ErrorShape errorShape;

  /** The secret of an access key, and the token that a temporary one needs; empty: none. */
  public record Key(String secret, String securityToken) {}

  /** A user who can get a token. */
  public record User(String domain, String name, String password) {}

  /** Whether every request is admitted. */
  boolean isOpen() {
    return keys.isEmpty() && tokens.isEmpty() && users.isEmpty();
  }
}
