package io.imageshare.internal.table;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * Rows times columns of the table of a run, by index: a slice before it becomes a request.
 *
 * @param images indices of images, ascending
 * @param recipients indices of recipients, ascending
 */
public record Slice(List<Integer> images, List<Integer> recipients) {

  /** Takes each pair of a slice. */
  public interface Pair {
    void accept(int image, int recipient);
  }

  public long pairs() {
    return (long) images.size() * recipients.size();
  }

  public List<Integer> ids(Side side) {
    return side == Side.IMAGES ? images : recipients;
  }

  /** This slice with other ids on one side. */
  public Slice with(Side side, List<Integer> ids) {
    return side == Side.IMAGES ? new Slice(ids, recipients) : new Slice(images, ids);
  }

  /**
   * Checks a slice that was read: it has no more indices than its table, and none beyond it.
   *
   * @throws IllegalArgumentException naming the number and the limit
   */
  public void check(int images, int recipients) {
    check("images", this.images, images);
    check("recipients", this.recipients, recipients);
  }

  private static void check(String side, List<Integer> indices, int size) {
    checkArgument(indices.size() <= size, "%s: %s of %s", side, indices.size(), size);
    for (int index : indices) {
      checkArgument(index >= 0 && index < size, "%s: index %s of %s", side, index, size);
    }
  }

  public boolean contains(int image, int recipient) {
    return images.contains(image) && recipients.contains(recipient);
  }

  public boolean contains(Slice other) {
    return images.containsAll(other.images) && recipients.containsAll(other.recipients);
  }

  public boolean isDisjoint(Slice other) {
    return images.stream().noneMatch(other.images::contains)
        || recipients.stream().noneMatch(other.recipients::contains);
  }

  public void forEach(Pair action) {
    for (int image : images) {
      for (int recipient : recipients) {
        action.accept(image, recipient);
      }
    }
  }
}
