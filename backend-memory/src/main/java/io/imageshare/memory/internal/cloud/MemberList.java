package io.imageshare.memory;

import io.imageshare.MemberStatus;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The members of one image in the order they were added. Recipients are numbers here: a cloud may
 * hold a million members, and this takes some five bytes for each.
 */
final class Membership {
  private static final List<MemberStatus> STATUSES = List.of(MemberStatus.values());
  private static final int STATUS_BITS = 2;
  private static final int STATUS_MASK = (1 << STATUS_BITS) - 1;

  private final BitSet present;
  private int[] rows;
  private int size;

  Membership() {
    present = new BitSet();
    rows = new int[4];
  }

  private Membership(Membership other) {
    present = (BitSet) other.present.clone();
    rows = Arrays.copyOf(other.rows, other.size);
    size = other.size;
  }

  Membership copy() {
    return new Membership(this);
  }

  int size() {
    return size;
  }

  boolean has(int recipient) {
    return present.get(recipient);
  }

  /** Adds a recipient; one that is there keeps its status. */
  void add(int recipient, MemberStatus status) {
    if (present.get(recipient)) {
      return;
    }
    if (size == rows.length) {
      rows = Arrays.copyOf(rows, Math.max(4, size + size / 2));
    }
    present.set(recipient);
    rows[size++] = recipient << STATUS_BITS | STATUSES.indexOf(status);
  }

  void remove(int recipient) {
    if (!present.get(recipient)) {
      return;
    }
    int at = row(recipient);
    System.arraycopy(rows, at + 1, rows, at, size - at - 1);
    present.clear(recipient);
    size--;
  }

  /** What a recipient has said, or null: it is not there. */
  @Nullable MemberStatus status(int recipient) {
    return present.get(recipient) ? STATUSES.get(rows[row(recipient)] & STATUS_MASK) : null;
  }

  /** Changes what a recipient has said, if it is there. */
  void decide(int recipient, MemberStatus status) {
    if (present.get(recipient)) {
      rows[row(recipient)] = recipient << STATUS_BITS | STATUSES.indexOf(status);
    }
  }

  private int row(int recipient) {
    int at = 0;
    while (rows[at] >> STATUS_BITS != recipient) {
      at++;
    }
    return at;
  }

  int recipient(int row) {
    return rows[row] >> STATUS_BITS;
  }

  void each(ObjIntConsumer<MemberStatus> row) {
    for (int i = 0; i < size; i++) {
      row.accept(STATUSES.get(rows[i] & STATUS_MASK), rows[i] >> STATUS_BITS);
    }
  }
}
