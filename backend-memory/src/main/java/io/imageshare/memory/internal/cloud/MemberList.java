package io.imageshare.memory.internal.cloud;

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
final class MemberList {
  private static final List<MemberStatus> STATUSES = List.of(MemberStatus.values());
  private static final int STATUS_BITS = 2;
  private static final int STATUS_MASK = (1 << STATUS_BITS) - 1;

  private final BitSet present;
  private int[] rows;
  private int size;

  MemberList() {
    present = new BitSet();
    rows = new int[4];
  }

  private MemberList(MemberList other) {
    present = (BitSet) other.present.clone();
    rows = Arrays.copyOf(other.rows, other.size);
    size = other.size;
  }

  MemberList copy() {
    return new MemberList(this);
  }

  int size() {
    return size;
  }

  boolean contains(int recipient) {
    return present.get(recipient);
  }

  /** Adds a recipient; a member keeps its status. */
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
    int row = row(recipient);
    System.arraycopy(rows, row + 1, rows, row, size - row - 1);
    present.clear(recipient);
    size--;
  }

  /** A recipient's status, or null: it is no member. */
  @Nullable MemberStatus status(int recipient) {
    return present.get(recipient) ? STATUSES.get(rows[row(recipient)] & STATUS_MASK) : null;
  }

  /** Changes a member's status. */
  void updateStatus(int recipient, MemberStatus status) {
    if (present.get(recipient)) {
      rows[row(recipient)] = recipient << STATUS_BITS | STATUSES.indexOf(status);
    }
  }

  private int row(int recipient) {
    int row = 0;
    while (rows[row] >> STATUS_BITS != recipient) {
      row++;
    }
    return row;
  }

  int recipient(int row) {
    return rows[row] >> STATUS_BITS;
  }

  void forEach(ObjIntConsumer<MemberStatus> action) {
    for (int i = 0; i < size; i++) {
      action.accept(STATUSES.get(rows[i] & STATUS_MASK), rows[i] >> STATUS_BITS);
    }
  }
}
