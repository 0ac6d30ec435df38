package io.imageshare.internal.engine;

import io.imageshare.Image;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.ShareRequest.Action;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Verdict;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads what tells, before anything is written, what is so already and what cannot be: every
 * listing, and then a description of the images that are to be shared.
 */
final class Survey {
  private final RunLoop run;
  private final PairTable table;

  /** How many members each image has that was listed. */
  private final Map<Integer, Integer> members = new LinkedHashMap<>();

  private int unread;
  private int read;

  Survey(RunLoop run) {
    this.run = run;
    table = run.table();
    unread = run.listings().count();
  }

  void begin() {
    for (int listing = 0; listing < run.listings().count(); listing++) {
      run.read(new Look(listing));
    }
  }

  private final class Look extends ListingRead {
    Look(int listing) {
      super(run, listing, false);
    }

    @Override
    void listed(Map<?, MemberStatus> listed) {
      read++;
      if (run.context().reader() != null) {
        run.context().reader().accept(subject(), listed);
      }
      if (table.action() == Action.SHARE) {
        members.put(listing(), listed.size());
        refuseWhatCannotFit(listing(), run.context().membersPerImage());
      }
    }

    @Override
    void refused(Reason reason) {
      // Each is read even if many are bad: a reading is cheap, and tells of that one alone.
      Side side = run.listings().side();
      if (reason.kind() == Reason.Kind.INVALID || reason.kind() == side.invalid()) {
        run.evidence().bad(side, listing(), reason);
        run.rules().fail(side, listing(), reason);
      }
    }

    @Override
    void over() {
      unread--;
      if (unread == 0) {
        describe();
      }
    }
  }

  /**
   * What is not listed is not described: some of it may be shared already, and then nothing that is
   * told of the image makes that untrue.
   */
  private void describe() {
    Map<String, Integer> open = new LinkedHashMap<>();
    for (int image : members.keySet()) {
      if (newPairs(image).findAny().isPresent()) {
        open.put(table.image(image), image);
      }
    }
    if (open.isEmpty()) {
      run.surveyed(read);
      return;
    }
    run.make(
        new DescribeCall(
            run,
            open.keySet(),
            told -> {
              open.forEach((id, image) -> refuse(image, told.get(id)));
              run.surveyed(read);
            }));
  }

  private void refuse(int image, @Nullable Image told) {
    if (told != null && told.obstacle() != Image.Obstacle.NONE) {
      newPairs(image).forEach(r -> fail(image, r, told.refusal()));
    } else if (told != null) {
      refuseWhatCannotFit(image, told.membersOf(run.context().membersPerImage()));
    }
  }

  private void refuseWhatCannotFit(int image, int limit) {
    int has = members.getOrDefault(image, 0);
    int room = limit - has;
    for (int r = 0; r < table.recipients(); r++) {
      if (table.isPending(image, r)) {
        room--;
        if (room < 0 && !table.isTouched(image, r)) {
          fail(image, r, full(has, limit));
        }
      }
    }
  }

  /** The pairs of an image that nobody has asked for yet, by recipient. */
  private IntStream newPairs(int image) {
    return IntStream.range(0, table.recipients())
        .filter(r -> table.isOpen(image, r) && !table.isTouched(image, r));
  }

  private void fail(int image, int recipient, Reason reason) {
    run.rules().settle(image, recipient, new Verdict.Failed(reason));
  }

  private static Reason full(int members, int limit) {
    return new Reason(
        Reason.Kind.QUOTA,
        "",
        "the image has %d of at most %d recipients, and those asked for before this take the rest"
            .formatted(members, limit));
  }
}
