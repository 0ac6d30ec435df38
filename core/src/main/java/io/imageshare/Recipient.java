package io.imageshare;

import static java.util.Objects.requireNonNull;

import io.imageshare.internal.table.Ids;
import io.imageshare.internal.table.Visible;

/**
 * Whom an image is shared with.
 *
 * @param type what kind of recipient the id names
 * @param id the id as the service spells it, without blanks around; opaque here, but never blank
 *     and never several joined. A {@link ShareRequest} is stricter
 */
public record Recipient(Type type, String id) {

  /** What kind of recipient an id names. */
  public enum Type {
    /** A project of the same region. */
    PROJECT,
    /** An account, with all its projects. */
    DOMAIN,
    /** An organization, or a part of one, with all its accounts. */
    ORGANIZATION
  }

  /**
   * Checks the id, and takes blanks off its ends.
   *
   * @throws IllegalArgumentException if the id is blank or looks like several ids joined
   */
  public Recipient {
    requireNonNull(type, "type");
    id = Ids.one("recipient", id);
  }

  /**
   * {@return a project}
   *
   * @param id the project's id, in the region of the image
   * @throws IllegalArgumentException if the id is blank or looks like several ids joined
   */
  public static Recipient project(String id) {
    return new Recipient(Type.PROJECT, id);
  }

  /**
   * {@return an account} Not on every cloud ({@code ims-api.md} section 1.1).
   *
   * @param id the account's id
   * @throws IllegalArgumentException if the id is blank or looks like several ids joined
   */
  public static Recipient domain(String id) {
    return new Recipient(Type.DOMAIN, id);
  }

  /**
   * {@return an organization} Not on every cloud ({@code ims-api.md} section 1.1). Its members are
   * seen to have accepted at once ({@code ims-api.md} section 7).
   *
   * @param urn the URN of the organization, its root or a unit of it
   * @throws IllegalArgumentException if the URN is blank or looks like several joined
   */
  public static Recipient organization(String urn) {
    return new Recipient(Type.ORGANIZATION, urn);
  }

  // An enum's own hash code differs from one JVM to the next, and with it the order of hash maps.
  @Override
  public int hashCode() {
    return 31 * id.hashCode() + type.name().hashCode();
  }

  /** The id for terminals and logs: escaped as {@link Reason#toString} is. */
  @Override
  public String toString() {
    return Visible.of(id);
  }
}
