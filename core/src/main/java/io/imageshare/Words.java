package io.imageshare;

import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest.Action;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The words that stand for the constants of an enum in journals, reports, plans and requests. They
 * are part of those formats: a constant may be renamed, its word may not.
 */
final class Words<E extends Enum<E>> {
  static final Words<Action> ACTIONS =
      new Words<>(
          Action.class,
          action ->
              switch (action) {
                case SHARE -> "SHARE";
                case UNSHARE -> "UNSHARE";
                case ACCEPT -> "ACCEPT";
                case REJECT -> "REJECT";
              });

  static final Words<Ending> ENDINGS =
      new Words<>(
          Ending.class,
          ending ->
              switch (ending) {
                case COMPLETE -> "COMPLETE";
                case CANCELLED -> "CANCELLED";
                case DEADLINE -> "DEADLINE";
                case CLOSED -> "CLOSED";
                case STOPPED -> "STOPPED";
              });

  static final Words<Job.Status> JOB_STATUSES =
      new Words<>(
          Job.Status.class,
          status ->
              switch (status) {
                case INIT -> "INIT";
                case RUNNING -> "RUNNING";
                case SUCCESS -> "SUCCESS";
                case FAIL -> "FAIL";
              });

  static final Words<MemberStatus> MEMBER_STATUSES =
      new Words<>(
          MemberStatus.class,
          status ->
              switch (status) {
                case PENDING -> "PENDING";
                case ACCEPTED -> "ACCEPTED";
                case REJECTED -> "REJECTED";
                case UNKNOWN -> "UNKNOWN";
              });

  static final Words<Reason.Kind> REASON_KINDS =
      new Words<>(
          Reason.Kind.class,
          kind ->
              switch (kind) {
                case THROTTLED -> "THROTTLED";
                case UNAVAILABLE -> "UNAVAILABLE";
                case LOST -> "LOST";
                case INVALID_IMAGE -> "INVALID_IMAGE";
                case INVALID_RECIPIENT -> "INVALID_RECIPIENT";
                case INVALID -> "INVALID";
                case QUOTA -> "QUOTA";
                case UNAUTHENTICATED -> "UNAUTHENTICATED";
                case FORBIDDEN -> "FORBIDDEN";
                case UNSUPPORTED -> "UNSUPPORTED";
                case INTERNAL -> "INTERNAL";
                case NOT_SENT -> "NOT_SENT";
              });

  static final Words<Recipient.Type> RECIPIENT_TYPES =
      new Words<>(
          Recipient.Type.class,
          type ->
              switch (type) {
                case PROJECT -> "project";
                case DOMAIN -> "domain";
                case ORGANIZATION -> "organization";
              });

  static final Words<Side> SIDES =
      new Words<>(
          Side.class,
          side ->
              switch (side) {
                case IMAGES -> "IMAGES";
                case RECIPIENTS -> "RECIPIENTS";
              });

  private final Function<E, String> words;
  private final Map<String, E> constants = new LinkedHashMap<>();

  private Words(Class<E> type, Function<E, String> words) {
    this.words = words;
    Arrays.stream(type.getEnumConstants()).forEach(one -> constants.put(words.apply(one), one));
  }

  String of(E constant) {
    return words.apply(constant);
  }

  /** The constant of a word; empty if the word stands for none. */
  Optional<E> read(String word) {
    return Optional.ofNullable(constants.get(word));
  }

  /** All of them, in the order of their constants. */
  @Override
  public String toString() {
    return constants.keySet().toString();
  }
}
