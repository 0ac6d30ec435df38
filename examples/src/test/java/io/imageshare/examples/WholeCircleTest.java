package io.imageshare.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class WholeCircleTest {
  @Test
  void printsTheTrueEndState() throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    WholeCircle.run(new PrintStream(printed, true, UTF_8));
    List<String> lines = printed.toString(UTF_8).lines().toList();
    assertEquals(
        "plan: 800 pairs to do by 1 writes and 40 listings, 0 as asked already, 0 refused",
        lines.get(0));
    List<String> states =
        lines.stream().filter(line -> line.startsWith("members by status")).toList();
    assertEquals("members by status: {ACCEPTED=760, REJECTED=40}", states.get(0));
    assertEquals("members by status: {ACCEPTED=760}", states.get(1));
    assertTrue(
        lines.contains("remaining changes: 0 pairs to share, 0 to unshare"), lines::toString);
    assertEquals(4, lines.stream().filter(line -> line.contains("0 failed, 0 unknown")).count());
  }
}
