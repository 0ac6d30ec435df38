package io.imageshare.examples;

import io.imageshare.Progress;
import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Shows the progress of a run: one changing line on a terminal, else a line for each change. */
final class Display {
  private static final int WIDTH = 12;
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintStream out;
  private final boolean terminal;
  private String shown = "";

  Display(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Whether standard input and output are a terminal. */
  @SuppressWarnings("SystemConsoleNull") // the case it warns of is handled below
  static boolean onTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // Since JDK 22 a console may exist without a terminal; this method tells the two apart.
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  /** The time between updates. */
  Duration interval() {
    return Duration.ofMillis(terminal ? 200 : 1000);
  }

  void show(Progress progress) {
    String figures = figures(progress);
    if (terminal) {
      out.print(CLEAR_LINE + figures + left(progress.timeLeft()));
      out.flush();
    } else if (!figures.equals(shown)) {
      out.println(figures + left(progress.timeLeft()));
    }
    shown = figures;
  }

  void end(Progress progress) {
    show(progress);
    if (terminal) {
      out.println();
    }
  }

  static String figures(Progress progress) {
    long settled = progress.total() - progress.pending();
    int filled = (int) (WIDTH * settled / progress.total());
    return "[%s%s] %3d%%  %d done  %d failed  %s%d pending  %d jobs"
        .formatted(
            "#".repeat(filled),
            "-".repeat(WIDTH - filled),
            100 * settled / progress.total(),
            progress.done(),
            progress.failed(),
            progress.unknown() == 0 ? "" : progress.unknown() + " unknown  ",
            progress.pending(),
            progress.openJobs());
  }

  private static String left(@Nullable Duration left) {
    if (left == null || left.isZero()) {
      return "";
    }
    long seconds = left.toSeconds() + 1;
    return seconds < 120
        ? "  %d s left".formatted(seconds)
        : "  %d min left".formatted(seconds / 60);
  }
}
