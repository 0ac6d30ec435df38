package io.imageshare;

import static java.util.Objects.requireNonNull;

/**
 * Whom an image is shared with.
 *
 * @param type what kind of recipient the id names
 * @param id the id as the service spells it; opaque here, but never blank and never several joined
 */
public record Recipient(Type type, String id) {

  /** What kind of recipient an id names. */
  public enum Type {
    /** A project of the same region. */
    PROJECT
  }

  /**
   * Checks the id.
   *
   * @throws IllegalArgumentException if the id is blank or looks like several ids joined
   */
  public Recipient {
    requireNonNull(type, "type");
    Ids.check("recipient", id);
  }

  /**
   * A project.
   *
   * @param id the project's id, in the region of the image
   * @return the recipient
   * @throws IllegalArgumentException if the id is blank or looks like several ids joined
   */
  public static Recipient project(String id) {
    return new Recipient(Type.PROJECT, id);
  }

  // An enum's own hash code differs from one JVM to the next, and with it the order of hash maps.
  @Override
  public int hashCode() {
    return 31 * id.hashCode() + type.name().hashCode();
  }

  @Override
  public String toString() {
    return id;
  }
}
