package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.imageshare.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DisplayTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private static Progress progress(long done, long unknown, Duration left) {
    return new Progress(100, done, 10, unknown, 3, 5, 6, 7, left);
  }

  private String shown() {
    return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }

  @Test
  void withoutATerminalALineIsWrittenForEachChange() {
    Display display = new Display(out, false);
    display.show(progress(40, 0, Duration.ofMillis(8_500)));
    display.show(progress(40, 0, Duration.ofMillis(7_500)));
    display.show(progress(41, 0, Duration.ofMinutes(5)));
    display.end(progress(88, 2, Duration.ZERO));
    assertEquals(
        """
        [######------]  50%  40 done  10 failed  50 pending  3 jobs  9 s left
        [######------]  51%  41 done  10 failed  49 pending  3 jobs  5 min left
        [############] 100%  88 done  10 failed  2 unknown  0 pending  3 jobs
        """,
        shown());
  }

  @Test
  void onATerminalTheLineIsOverwritten() {
    Display display = new Display(out, true);
    display.show(progress(40, 0, Duration.ofMillis(8_500)));
    display.end(progress(40, 0, Duration.ofMillis(7_500)));
    String line = "\r\u001b[K[######------]  50%  40 done  10 failed  50 pending  3 jobs  ";
    assertEquals(line + "9 s left" + line + "8 s left\n", shown());
  }
}
