package io.imageshare.internal.table;

import static java.util.Objects.requireNonNull;

import io.imageshare.Member;
import io.imageshare.Outcome;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What became of each pair: a table of images by recipients, two bytes a pair, with its counts.
 *
 * <p>A cell is not asked for, open (to be asked in this round), asked (its answer is out), left for
 * the next round, or settled. Settled cells point into a list of verdicts, and stay.
 */
public final class PairTable {
  private static final char ABSENT = 0;
  private static final char OPEN = 1;
  private static final char ASKED = 2;
  private static final char LATER = 3;

  /** Added to the above once an ask was accepted or lost: the pair may take effect. */
  private static final char TOUCHED = 3;

  private static final char VERDICTS = 7;

  private final Action action;
  private final String vault;
  private final List<String> images;
  private final List<Recipient> recipients;
  private final Map<String, Integer> imageIndex;
  private final Map<Recipient, Integer> recipientIndex;
  private final Cells cells;
  private final int[] pending;
  private final int[] open;
  private final int[] asked;
  private final VerdictPool verdicts = new VerdictPool();
  private long openPairs;
  private long askedPairs;
  private long total;
  private long done;
  private long already;
  private long failed;
  private long unknown;

  public PairTable(List<ShareRequest> requests) {
    this(
        requests.get(0).action(),
        requests.get(0).vault(),
        requests.stream().flatMap(r -> r.images().stream()).distinct().toList(),
        requests.stream().flatMap(r -> r.recipients().stream()).distinct().toList());
    for (ShareRequest request : requests) {
      int[] columns = request.recipients().stream().mapToInt(recipientIndex::get).toArray();
      for (String image : request.images()) {
        open(requireNonNull(imageIndex.get(image)), columns);
      }
    }
  }

  /** A table of which no pair is asked for. */
  public PairTable(Action action, String vault, List<String> images, List<Recipient> recipients) {
    this.action = action;
    this.vault = vault;
    this.images = images;
    this.recipients = recipients;
    imageIndex = index(images);
    recipientIndex = index(recipients);
    cells = new Cells(images.size(), recipients.size());
    pending = new int[images.size()];
    open = new int[images.size()];
    asked = new int[images.size()];
  }

  private static <T> Map<T, Integer> index(List<T> ids) {
    Map<T, Integer> index = new HashMap<>();
    ids.forEach(id -> index.put(id, index.size()));
    return index;
  }

  private void open(int image, int[] columns) {
    for (int column : columns) {
      if (cells.get(image, column) == ABSENT) {
        cells.set(image, column, OPEN);
        pending[image]++;
        count(image, OPEN, 1);
        total++;
      }
    }
  }

  public Action action() {
    return action;
  }

  public String vault() {
    return vault;
  }

  public int images() {
    return images.size();
  }

  public int recipients() {
    return recipients.size();
  }

  public String image(int image) {
    return images.get(image);
  }

  public Recipient recipient(int recipient) {
    return recipients.get(recipient);
  }

  public Member member(int image, int recipient) {
    return new Member(images.get(image), recipients.get(recipient));
  }

  /** Every pair of the table, asked for or not. */
  public Slice all() {
    return new Slice(indices(images.size()), indices(recipients.size()));
  }

  private static List<Integer> indices(int size) {
    return IntStream.range(0, size).boxed().toList();
  }

  /** The slice as a request, in the run's order. */
  public ShareRequest request(Slice slice) {
    return new ShareRequest(
        action, of(images, slice.images()), of(recipients, slice.recipients()), vault);
  }

  private static <T> Set<T> of(List<T> all, List<Integer> indices) {
    Set<T> ids = new LinkedHashSet<>();
    indices.forEach(index -> ids.add(all.get(index)));
    return ids;
  }

  public boolean isOpen(int image, int recipient) {
    return base(image, recipient) == OPEN;
  }

  public boolean isAsked(int image, int recipient) {
    return base(image, recipient) == ASKED;
  }

  public boolean isPending(int image, int recipient) {
    return base(image, recipient) != ABSENT;
  }

  /** Whether an ask for the pair was ever accepted or lost. */
  public boolean isTouched(int image, int recipient) {
    return cells.get(image, recipient) != base(image, recipient);
  }

  /** The state of a pending cell without its touch; ABSENT for all others. */
  private char base(int image, int recipient) {
    char cell = cells.get(image, recipient);
    if (cell >= VERDICTS) {
      return ABSENT;
    }
    return cell > TOUCHED ? (char) (cell - TOUCHED) : cell;
  }

  /** The image's pairs that are to be asked in this round. */
  public BitSet open(int image) {
    BitSet row = new BitSet(recipients.size());
    for (int r = 0; open[image] > 0 && r < recipients.size(); r++) {
      row.set(r, isOpen(image, r));
    }
    return row;
  }

  public boolean hasPending(int image) {
    return pending[image] > 0;
  }

  public boolean hasOpen(int image) {
    return open[image] > 0;
  }

  public boolean hasAsked(int image) {
    return asked[image] > 0;
  }

  public boolean hasPending() {
    return total > done + failed + unknown;
  }

  public boolean hasOpen() {
    return openPairs > 0;
  }

  public boolean hasAsked() {
    return askedPairs > 0;
  }

  public void ask(int image, int recipient) {
    move(image, recipient, OPEN, ASKED);
  }

  /** Takes an ask back: the pair is to be asked in this round as before. */
  public void reopen(int image, int recipient) {
    move(image, recipient, ASKED, OPEN);
  }

  public void later(int image, int recipient) {
    move(image, recipient, ASKED, LATER);
  }

  /** What was left for the next round is open. */
  public void nextRound() {
    for (int i = 0; i < images.size(); i++) {
      for (int r = 0; pending[i] > 0 && r < recipients.size(); r++) {
        move(i, r, LATER, OPEN);
      }
    }
  }

  private void move(int image, int recipient, char from, char to) {
    if (base(image, recipient) == from) {
      count(image, from, -1);
      count(image, to, 1);
      cells.set(image, recipient, (char) (cells.get(image, recipient) - from + to));
    }
  }

  private void count(int image, char state, int change) {
    if (state == OPEN) {
      open[image] += change;
      openPairs += change;
    } else if (state == ASKED) {
      asked[image] += change;
      askedPairs += change;
    }
  }

  public void touch(int image, int recipient) {
    if (isPending(image, recipient) && !isTouched(image, recipient)) {
      cells.set(image, recipient, (char) (cells.get(image, recipient) + TOUCHED));
    }
  }

  /** Settles a pair for good; does nothing if it has its outcome already. */
  public void settle(int image, int recipient, Verdict verdict) {
    char state = base(image, recipient);
    if (state == ABSENT) {
      return;
    }
    count(image, state, -1);
    cells.set(image, recipient, (char) (VERDICTS + verdicts.place(verdict)));
    pending[image]--;
    if (verdict instanceof Verdict.Done d) {
      done++;
      already += d.already() ? 1 : 0;
    } else if (verdict instanceof Verdict.Failed) {
      failed++;
    } else {
      unknown++;
    }
  }

  /** Adds a pair with its outcome; does nothing if it has one already. */
  public void add(int image, int recipient, Verdict verdict) {
    open(image, new int[] {recipient});
    settle(image, recipient, verdict);
  }

  public long total() {
    return total;
  }

  public ShareReport.Counts counts() {
    return new ShareReport.Counts(total, done, already, failed, unknown);
  }

  public long done() {
    return done;
  }

  public long failed() {
    return failed;
  }

  public long unknown() {
    return unknown;
  }

  /** Takes over the outcomes of a part of this. */
  public void take(PairTable part) {
    part.all()
        .forEach(
            (i, r) -> {
              char cell = part.cells.get(i, r);
              if (cell >= VERDICTS) {
                Slice here = place(part, new Slice(List.of(i), List.of(r)));
                settle(here.images().get(0), here.recipients().get(0), part.verdict(cell));
              }
            });
  }

  /** A slice of a part of this, as one of this. */
  public Slice place(PairTable part, Slice slice) {
    return new Slice(
        slice.images().stream().map(i -> requireNonNull(imageIndex.get(part.image(i)))).toList(),
        slice.recipients().stream()
            .map(r -> requireNonNull(recipientIndex.get(part.recipient(r))))
            .toList());
  }

  /** The outcomes of an image's settled pairs, in the run's order. */
  public Stream<Outcome> outcomes(int image) {
    return IntStream.range(0, recipients.size())
        .filter(r -> cells.get(image, r) >= VERDICTS)
        .mapToObj(r -> verdict(cells.get(image, r)).of(member(image, r)));
  }

  /** The outcome of a settled pair; empty if this run was not asked for it. */
  public Optional<Outcome> outcome(Member member) {
    Integer image = imageIndex.get(member.image());
    Integer recipient = recipientIndex.get(member.recipient());
    if (image == null || recipient == null || cells.get(image, recipient) < VERDICTS) {
      return Optional.empty();
    }
    return Optional.of(verdict(cells.get(image, recipient)).of(member));
  }

  /** How many pairs of an image have such a verdict. */
  public long count(int image, Class<? extends Verdict> kind) {
    return IntStream.range(0, recipients.size())
        .map(r -> cells.get(image, r))
        .filter(cell -> cell >= VERDICTS && kind.isInstance(verdict((char) cell)))
        .count();
  }

  /** Adds a pair of the table with its outcome. */
  public void add(Outcome outcome) {
    add(
        requireNonNull(imageIndex.get(outcome.member().image())),
        requireNonNull(recipientIndex.get(outcome.member().recipient())),
        Verdict.of(outcome));
  }

  /** The verdicts there are, in the order they came. */
  public List<Verdict> verdicts() {
    return verdicts.all();
  }

  /** Which of the verdicts a pair has; -1 if it has none. */
  public int verdict(int image, int recipient) {
    return Math.max(-1, cells.get(image, recipient) - VERDICTS);
  }

  public boolean areAlike(int image, int other) {
    return cells.areAlike(image, other);
  }

  private Verdict verdict(char cell) {
    return verdicts.at(cell - VERDICTS);
  }

  /** What is not Done, for each image. */
  public BitSet[] notDone() {
    BitSet[] rows = new BitSet[images.size()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new BitSet(recipients.size());
      for (int r = 0; r < recipients.size(); r++) {
        char cell = cells.get(i, r);
        boolean isDone = cell >= VERDICTS && verdict(cell) instanceof Verdict.Done;
        rows[i].set(r, cell != ABSENT && !isDone);
      }
    }
    return rows;
  }

  @Override
  public String toString() {
    return "%d pairs: %d done, %d failed, %d unknown".formatted(total, done, failed, unknown);
  }
}
