package io.imageshare.http;

import io.imageshare.BackendException;
import io.imageshare.Reason.Kind;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where identities come from. Two that are equal give the same. */
sealed interface Source
    permits Source.Fixed, Source.TemporaryKeys, Source.Tokens, PasswordLogin, InstanceKeys {
  /**
   * Fetches an identity; may block.
   *
   * @param principal what is known of {@link #principal()}
   * @throws BackendException if there is none
   */
  Identity fetch(Transport transport, Standing principal);

  /** Who proves himself: where two have the same, a refusal of one is a refusal of the other. */
  Object principal();

  /** Whether it may give another the next time. */
  default boolean renewable() {
    return true;
  }

  /** Whether requests carry {@code Authorization}: a key signs, a token does not. */
  default boolean signs() {
    return true;
  }

  /** What no message may contain, beyond the identities' own. */
  default Redaction secrets() {
    return Redaction.of();
  }

  /** A key that does not change. */
  record Fixed(Identity.AccessKey key) implements Source {
    @Override
    public Identity fetch(Transport transport, Standing principal) {
      return key;
    }

    @Override
    public Object principal() {
      return key;
    }

    @Override
    public boolean renewable() {
      return false;
    }

    @Override
    public String toString() {
      return key.noun();
    }
  }

  /** Temporary keys of the caller's. */
  record TemporaryKeys(Supplier<TemporaryKey> keys) implements Source {
    @Override
    public Identity fetch(Transport transport, Standing principal) {
      TemporaryKey key = required("temporary key", keys);
      return new Identity.AccessKey(key.key(), key.secret(), key.token(), key.expiry());
    }

    @Override
    public Object principal() {
      return keys;
    }

    @Override
    public String toString() {
      return "temporary access keys";
    }
  }

  /** Tokens of the caller's. */
  record Tokens(Supplier<String> tokens) implements Source {
    @Override
    public Identity fetch(Transport transport, Standing principal) {
      return Identity.Token.of(required("token", tokens), null);
    }

    @Override
    public Object principal() {
      return tokens;
    }

    @Override
    public boolean signs() {
      return false;
    }

    @Override
    public String toString() {
      return "tokens";
    }
  }

  private static <T> T required(String what, Supplier<T> supplier) {
    T value = supplied("the supplier of the " + what, supplier);
    if (value == null) {
      throw ErrorTranslation.exception(
          Kind.UNAUTHENTICATED, "the supplier of the " + what + " returned null");
    }
    return value;
  }

  /** What code of the caller's gives. What it throws is not quoted: it may contain a secret. */
  static <T extends @Nullable Object> T supplied(String who, Supplier<T> supplier) {
    try {
      return supplier.get();
    } catch (Throwable e) {
      throw ErrorTranslation.exception(
          Kind.UNAVAILABLE, "%s threw %s".formatted(who, e.getClass().getName()));
    }
  }
}
