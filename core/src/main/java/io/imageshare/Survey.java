package io.imageshare;

import io.imageshare.ShareRequest.Action;
import java.util.Map;

/** Reads every image before anything is written: what is there already, and what cannot fit. */
final class Survey {
  private final Run run;
  private final Ledger ledger;
  private int unread;
  private int read;

  Survey(Run run) {
    this.run = run;
    ledger = run.ledger();
    unread = ledger.images();
  }

  void begin() {
    for (int image = 0; image < ledger.images(); image++) {
      run.read(new Look(image));
    }
  }

  private final class Look extends Reading {
    Look(int image) {
      super(run, image, false);
    }

    @Override
    void listed(Map<Recipient, MemberStatus> members) {
      read++;
      if (ledger.action() == Action.SHARE) {
        refuseWhatCannotFit(image(), members.size());
      }
    }

    @Override
    void refused(Reason reason) {
      // Each is read even if many are bad: a reading is cheap, and tells of that image alone.
      if (reason.kind() == Reason.Kind.INVALID || reason.kind() == Reason.Kind.INVALID_IMAGE) {
        run.proof().bad(Side.IMAGES, image(), reason);
        run.judge().fail(Side.IMAGES, image(), reason);
      }
    }

    @Override
    void over() {
      unread--;
      if (unread == 0) {
        run.surveyed(read);
      }
    }
  }

  private void refuseWhatCannotFit(int image, int members) {
    int limit = run.engine().membersPerImage();
    int room = limit - members;
    for (int r = 0; r < ledger.recipients(); r++) {
      if (ledger.isPending(image, r)) {
        room--;
        if (room < 0 && !ledger.isTouched(image, r)) {
          run.judge().settle(image, r, new Verdict.Failed(full(members, limit)));
        }
      }
    }
  }

  private static Reason full(int members, int limit) {
    return new Reason(
        Reason.Kind.QUOTA,
        "",
        "the image has %d of at most %d recipients, and those asked for before this take the rest"
            .formatted(members, limit));
  }
}
