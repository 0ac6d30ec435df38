package io.imageshare.internal.table;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.Lists;
import io.imageshare.Member;
import io.imageshare.Outcome;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What became of each pair: a table of images by recipients, two bytes a pair, with its counts.
 *
 * <p>A cell is not asked for, open (to be asked), under way (a call that asks it is out, or its job
 * runs), unaudited (its job is over, and no listing was read since), or settled. A cell that is not
 * settled also holds how often its pair was asked in vain, and whether an ask of it may yet take
 * effect. Settled cells point into a pool of verdicts, and stay.
 */
public final class PairTable {
  /** How often a pair is asked at most. */
  public static final int ASKS = 6;

  /**
   * The most pairs of a table, whether asked for or not: 200 MB. Two lists of ids a few megabytes
   * long make a table that no heap holds.
   */
  private static final long LIMIT = 100_000_000;

  private static final char ABSENT = 0;
  private static final char OPEN = 1;

  /** A cell that is not settled is OPEN plus its state, its touch and its asks. */
  private static final int TOUCHED = ASKS + 1;

  private static final int STATE = 2 * TOUCHED;
  private static final char UNDER_WAY = OPEN + STATE;
  private static final char UNAUDITED = OPEN + 2 * STATE;
  private static final char VERDICTS = OPEN + 3 * STATE;

  private final Action action;
  private final String vault;
  private final List<String> images;
  private final List<Recipient> recipients;
  private final Map<String, Integer> imageIndex;
  private final Map<Recipient, Integer> recipientIndex;
  private final Cells cells;
  private final boolean byRecipient;
  private final int[] pending;

  /** By state, then by listing: one for each image, or for each recipient where these decide. */
  private final int[][] unsettled;

  private final VerdictPool verdicts = new VerdictPool();
  private long openPairs;
  private long total;
  private long done;
  private long already;
  private long failed;
  private long unknown;

  public PairTable(List<ShareRequest> requests) {
    this(
        requests.get(0).action(),
        requests.get(0).vault(),
        requests.stream().flatMap(r -> r.images().stream()),
        requests.stream().flatMap(r -> byType(r.recipients())));
    for (ShareRequest request : requests) {
      int[] columns =
          request.recipients().stream()
              .mapToInt(recipient -> requireNonNull(recipientIndex.get(Ids.key(recipient))))
              .toArray();
      for (String image : request.images()) {
        int row = requireNonNull(imageIndex.get(Ids.key(image)));
        Arrays.stream(columns).forEach(column -> open(row, column));
      }
    }
  }

  /**
   * In the order in which a request is read back from its document, which has a list for each type:
   * a journal names recipients by their place in the table.
   */
  private static Stream<Recipient> byType(Collection<Recipient> recipients) {
    return recipients.stream().sorted(Comparator.comparing(Recipient::type));
  }

  /**
   * A table of which no pair is asked for. What is there in several spellings is spelled as the
   * first is.
   *
   * @throws IllegalArgumentException if it would have too many pairs
   */
  public PairTable(
      Action action, String vault, Stream<String> imageIds, Stream<Recipient> recipientIds) {
    Map<String, String> imageKeys = Ids.byKey(imageIds, Ids::key);
    Map<Recipient, Recipient> recipientKeys = Ids.byKey(recipientIds, Ids::key);
    images = List.copyOf(imageKeys.values());
    recipients = List.copyOf(recipientKeys.values());
    long pairs = (long) images.size() * recipients.size();
    checkArgument(
        pairs <= LIMIT,
        "%s images by %s recipients, %s pairs; one run has at most %s, so ask for fewer in each",
        images.size(),
        recipients.size(),
        pairs,
        LIMIT);
    this.action = action;
    this.vault = vault;
    imageIndex = index(imageKeys.keySet());
    recipientIndex = index(recipientKeys.keySet());
    cells = new Cells(images.size(), recipients.size());
    byRecipient = action.isOfRecipient();
    pending = new int[images.size()];
    unsettled = new int[3][byRecipient ? recipients.size() : images.size()];
  }

  private static <T> Map<T, Integer> index(Set<T> keys) {
    Map<T, Integer> index = new HashMap<>();
    keys.forEach(key -> index.put(key, index.size()));
    return index;
  }

  private void open(int image, int recipient) {
    if (cells.get(image, recipient) == ABSENT) {
      cells.set(image, recipient, OPEN);
      pending[image]++;
      count(image, recipient, OPEN, 1);
      total++;
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

  public List<String> imageIds() {
    return images;
  }

  public List<Recipient> recipientIds() {
    return recipients;
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
    return new LinkedHashSet<>(Lists.transform(indices, all::get));
  }

  public boolean isOpen(int image, int recipient) {
    return state(image, recipient) == OPEN;
  }

  public boolean isUnderWay(int image, int recipient) {
    return state(image, recipient) == UNDER_WAY;
  }

  public boolean isUnaudited(int image, int recipient) {
    return state(image, recipient) == UNAUDITED;
  }

  public boolean isPending(int image, int recipient) {
    return state(image, recipient) != ABSENT;
  }

  public boolean isDone(int image, int recipient) {
    return isDone(cells.get(image, recipient));
  }

  /** Whether an ask for the pair was ever accepted or lost: it may take effect. */
  public boolean isTouched(int image, int recipient) {
    return isPending(image, recipient) && (cells.get(image, recipient) - OPEN) % STATE >= TOUCHED;
  }

  /** How often a pending pair was asked in vain. */
  public int asks(int image, int recipient) {
    return (cells.get(image, recipient) - OPEN) % TOUCHED;
  }

  /** The state of a pending cell, without touch and asks; ABSENT for all others. */
  private char state(int image, int recipient) {
    char cell = cells.get(image, recipient);
    return cell == ABSENT || cell >= VERDICTS
        ? ABSENT
        : (char) (OPEN + (cell - OPEN) / STATE * STATE);
  }

  /** The image's pairs that are to be asked. */
  public BitSet open(int image) {
    BitSet row = new BitSet(recipients.size());
    if (byRecipient || hasOpen(image)) {
      for (int r = 0; r < recipients.size(); r++) {
        row.set(r, isOpen(image, r));
      }
    }
    return row;
  }

  /** Whether a listing shows open pairs. */
  public boolean hasOpen(int listing) {
    return has(OPEN, listing);
  }

  /** Whether a listing shows pairs that are under way. */
  public boolean hasUnderWay(int listing) {
    return has(UNDER_WAY, listing);
  }

  /** Whether a listing shows pairs that wait for it. */
  public boolean hasUnaudited(int listing) {
    return has(UNAUDITED, listing);
  }

  private boolean has(char state, int listing) {
    return unsettled[(state - OPEN) / STATE][listing] > 0;
  }

  /** Whether an image has pairs that are not settled. */
  public boolean hasPending(int image) {
    return pending[image] > 0;
  }

  public boolean hasPending() {
    return total > done + failed + unknown;
  }

  public boolean hasOpen() {
    return openPairs > 0;
  }

  /** An open pair is asked. */
  public void ask(int image, int recipient) {
    move(image, recipient, OPEN, UNDER_WAY);
  }

  /** A pair under way was not taken: it is open as before. */
  public void reopen(int image, int recipient) {
    move(image, recipient, UNDER_WAY, OPEN);
  }

  /** The job of a pair is over; a listing decides. */
  public void awaitAudit(int image, int recipient) {
    move(image, recipient, UNDER_WAY, UNAUDITED);
  }

  /** A pair was asked in vain, and is open again. */
  public void askAgain(int image, int recipient) {
    move(image, recipient, UNDER_WAY, OPEN);
    move(image, recipient, UNAUDITED, OPEN);
    if (isOpen(image, recipient) && asks(image, recipient) < ASKS) {
      cells.set(image, recipient, (char) (cells.get(image, recipient) + 1));
    }
  }

  /** An open pair was asked in vain by another process. */
  public void countAsk(int image, int recipient) {
    if (isOpen(image, recipient)) {
      askAgain(image, recipient);
    }
  }

  private void move(int image, int recipient, char from, char to) {
    if (state(image, recipient) == from) {
      count(image, recipient, from, -1);
      count(image, recipient, to, 1);
      cells.set(image, recipient, (char) (cells.get(image, recipient) - from + to));
    }
  }

  private void count(int image, int recipient, char state, int change) {
    unsettled[(state - OPEN) / STATE][byRecipient ? recipient : image] += change;
    openPairs += state == OPEN ? change : 0;
  }

  /** An ask for the pair was accepted or lost. */
  public void touch(int image, int recipient) {
    if (isPending(image, recipient) && !isTouched(image, recipient)) {
      cells.set(image, recipient, (char) (cells.get(image, recipient) + TOUCHED));
    }
  }

  /** Settles a pair for good; does nothing if it has its outcome already. */
  public void settle(int image, int recipient, Verdict verdict) {
    char state = state(image, recipient);
    if (state == ABSENT) {
      return;
    }
    count(image, recipient, state, -1);
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
    open(image, recipient);
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

  /** The outcomes of an image's settled pairs, in the run's order. */
  public Stream<Outcome> outcomes(int image) {
    return outcomes(image, verdict -> true);
  }

  /** The outcomes of an image's settled pairs that are not done, in the run's order. */
  public Stream<Outcome> failures(int image) {
    return outcomes(image, verdict -> !(verdict instanceof Verdict.Done));
  }

  private Stream<Outcome> outcomes(int image, Predicate<Verdict> which) {
    return settled(image, which).mapToObj(r -> verdict(cells.get(image, r)).of(member(image, r)));
  }

  private IntStream settled(int image, Predicate<Verdict> which) {
    return IntStream.range(0, recipients.size())
        .filter(r -> cells.get(image, r) >= VERDICTS && which.test(verdict(cells.get(image, r))));
  }

  /** The outcome of a settled pair; empty if this run was not asked for it. */
  public Optional<Outcome> outcome(Member member) {
    Integer image = imageIndex.get(Ids.key(member.image()));
    Integer recipient = recipientIndex.get(Ids.key(member.recipient()));
    if (image == null || recipient == null || cells.get(image, recipient) < VERDICTS) {
      return Optional.empty();
    }
    return Optional.of(verdict(cells.get(image, recipient)).of(member(image, recipient)));
  }

  /** How many pairs of an image have such a verdict. */
  public long count(int image, Class<? extends Verdict> kind) {
    return settled(image, kind::isInstance).count();
  }

  /** Adds a pair of the table with its outcome. */
  public void add(Outcome outcome) {
    add(
        requireNonNull(imageIndex.get(Ids.key(outcome.member().image()))),
        requireNonNull(recipientIndex.get(Ids.key(outcome.member().recipient()))),
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

  private boolean isDone(char cell) {
    return cell >= VERDICTS && verdict(cell) instanceof Verdict.Done;
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
        rows[i].set(r, cell != ABSENT && !isDone(cell));
      }
    }
    return rows;
  }

  @Override
  public String toString() {
    return "%d pairs: %d done, %d failed, %d unknown".formatted(total, done, failed, unknown);
  }
}
