package io.imageshare.memory.internal.cloud;

import io.imageshare.BackendException;
import io.imageshare.Reason;
import io.imageshare.memory.Fault;
import org.jspecify.annotations.Nullable;

/**
 * What a fault does to a call.
 *
 * @param takesEffect whether the call does what it should
 * @param answered whether an answer arrives
 * @param failure what arrives instead of the call's own answer, or null
 */
record FaultEffect(boolean takesEffect, boolean answered, @Nullable BackendException failure) {

  static FaultEffect of(@Nullable Fault fault) {
    if (fault == null) {
      return new FaultEffect(true, true, null);
    }
    if (fault instanceof Fault.NeverAnswered never) {
      return new FaultEffect(never.effect(), false, null);
    }
    if (fault instanceof Fault.LostAnswer) {
      return new FaultEffect(true, true, failure(Reason.Kind.LOST, "", "the answer was lost"));
    }
    return new FaultEffect(false, true, failure(fault));
  }

  private static BackendException failure(Fault fault) {
    if (fault instanceof Fault.Unavailable || fault instanceof Fault.Outage) {
      return failure(Reason.Kind.UNAVAILABLE, "", "connection refused");
    }
    if (fault instanceof Fault.Throttled throttled) {
      return new BackendException(reason(throttled.style()), throttled.retryAfter());
    }
    if (fault instanceof Fault.Unauthenticated) {
      return failure(
          Reason.Kind.UNAUTHENTICATED, "APIGW.0301", "Incorrect IAM authentication information");
    }
    if (fault instanceof Fault.LostRequest) {
      return failure(Reason.Kind.LOST, "", "the connection was reset");
    }
    return new BackendException(((Fault.Refused) fault).reason());
  }

  private static Reason reason(Fault.Throttled.Style style) {
    return switch (style) {
      case GATEWAY ->
          new Reason(
              Reason.Kind.THROTTLED,
              "APIGW.0308",
              "The throttling threshold has been reached:"
                  + " policy user over ratelimit,limit:10,time:1 minute");
      case TASKS ->
          new Reason(
              Reason.Kind.THROTTLED,
              "IMG.0060",
              "The number of tasks exceeds the flow control limit. Try again later.");
    };
  }

  private static BackendException failure(Reason.Kind kind, String code, String message) {
    return new BackendException(new Reason(kind, code, message));
  }
}
