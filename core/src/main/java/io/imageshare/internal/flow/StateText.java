package io.imageshare.internal.flow;

import com.google.common.base.Splitter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.StringJoiner;

/** Numbers, words and times as a text of words. Times are kept to the microsecond. */
final class StateText {
  private static final long MICROSECOND = 1_000;

  private StateText() {}

  /** Writes a text. */
  static final class Writer {
    private final StringJoiner words = new StringJoiner(" ");
    private final long now;

    /** Writes the time, to which all others are relative. */
    Writer(String format, long now) {
      this.now = now;
      words.add(format).add(Long.toString(now / MICROSECOND));
    }

    Writer word(String word) {
      words.add(word);
      return this;
    }

    Writer number(long number) {
      return word(Long.toString(number));
    }

    Writer number(double number) {
      return word(Double.toString(number));
    }

    Writer flag(boolean flag) {
      return number(flag ? 1 : 0);
    }

    Writer time(long time) {
      return number(micros(time));
    }

    private long micros(long time) {
      return Math.floorDiv(time, MICROSECOND) - Math.floorDiv(now, MICROSECOND);
    }

    /** Each but the first as the distance from the one before, which makes most of them short. */
    Writer times(Collection<Long> times) {
      number(times.size());
      long before = 0;
      for (long time : times) {
        number(micros(time) - before);
        before = micros(time);
      }
      return this;
    }

    String text() {
      return words.toString();
    }
  }

  /** Reads a text; throws some RuntimeException if it is no such text. */
  static final class Reader {
    private final Iterator<String> words;
    private final long written;

    /**
     * Reads when it was written. If that is to come, the clock was set back, and all times are
     * earlier by as much.
     */
    Reader(String format, String text, long now) {
      words = Splitter.on(' ').split(text).iterator();
      String found = words.next();
      if (!found.equals(format)) {
        throw new IllegalArgumentException(
            "the shared state begins with \"%s\", not with \"%s\"; is it of another release?"
                .formatted(found, format));
      }
      written = Math.min(Math.floorDiv(now, MICROSECOND), integer());
    }

    String word() {
      return words.next();
    }

    long integer() {
      return Long.parseLong(word());
    }

    double number() {
      return Double.parseDouble(word());
    }

    boolean flag() {
      return integer() == 1;
    }

    long time() {
      return (written + integer()) * MICROSECOND;
    }

    List<Long> times() {
      List<Long> times = new ArrayList<>();
      long at = written;
      for (long left = integer(); left > 0; left--) {
        at += integer();
        times.add(at * MICROSECOND);
      }
      return times;
    }
  }
}
