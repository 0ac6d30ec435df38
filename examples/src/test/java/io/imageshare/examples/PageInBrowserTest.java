package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imageshare.ShareReport;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser, if one is installed. */
@Timeout(180)
class PageInBrowserTest {
  private static final List<String> NAMES =
      List.of(
          "chromium",
          "chromium-browser",
          "chromium-headless-shell",
          "chrome-headless-shell",
          "google-chrome",
          "google-chrome-stable",
          "chrome",
          "chrome.exe",
          "msedge.exe");
  private static final List<String> PLACES =
      List.of(
          "/usr/lib/chromium",
          "/opt/google/chrome",
          "/snap/bin",
          "/Applications/Google Chrome.app/Contents/MacOS",
          "/Applications/Chromium.app/Contents/MacOS",
          "C:\\Program Files\\Google\\Chrome\\Application",
          "C:\\Program Files (x86)\\Microsoft\\Edge\\Application");
  private static final int DONE = 0x2a9d8f;
  private static final int FAILED = 0xc1121f;

  @TempDir Path folder;

  private static Optional<Path> browser() {
    String path = System.getenv("PATH");
    Stream<String> onPath =
        path == null ? Stream.empty() : Arrays.stream(path.split(File.pathSeparator, -1));
    return Stream.concat(onPath, PLACES.stream())
        .flatMap(place -> NAMES.stream().map(name -> Path.of(place, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private String browse(Path page, String... options) throws IOException, InterruptedException {
    Optional<Path> browser = browser();
    assumeTrue(browser.isPresent(), "no Chromium or Chrome on the PATH or in the usual places");
    List<String> command = new ArrayList<>();
    command.add(browser.get().toString());
    // Started by root, as in a container, a browser does not run in its sandbox.
    command.addAll(List.of("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"));
    command.add("--user-data-dir=" + folder.resolve("profile"));
    command.addAll(List.of(options));
    command.add(page.toUri().toString());
    File out = folder.resolve("out").toFile();
    File err = folder.resolve("err").toFile();
    Process process = new ProcessBuilder(command).redirectOutput(out).redirectError(err).start();
    try {
      assertTrue(process.waitFor(120, TimeUnit.SECONDS), "the browser did not end: " + command);
    } finally {
      process.destroyForcibly();
    }
    assertEquals(0, process.exitValue(), Files.readString(err.toPath()));
    return Files.readString(out.toPath());
  }

  private Path page(ShareReport report) throws IOException {
    return Files.writeString(folder.resolve("report.html"), Page.of(report));
  }

  @Test
  void theBrowserShowsEveryCellAndEveryReason() throws Exception {
    ShareReport report = Rendering.made(30, 40);
    String dom = browse(page(report), "--dump-dom");
    assertEquals(report.counts().done(), cells("done", dom));
    assertEquals(report.counts().failed(), cells("failed", dom));
    assertTrue(dom.contains("<h1>Run " + report.id() + "</h1>"), dom);
    assertTrue(dom.contains("IMG.0108"), dom);
    assertTrue(dom.contains("</tbody></table>"), dom);
  }

  private static long cells(String word, String dom) {
    int from = dom.indexOf("<svg id=\"matrix\"");
    String matrix = dom.substring(from, dom.indexOf("</svg>", from));
    return Pattern.compile("<rect class=\"" + word + "\"").matcher(matrix).results().count();
  }

  @Test
  void itIsPaintedInItsColours() throws Exception {
    Path picture = folder.resolve("report.png");
    browse(
        page(Rendering.made(30, 40)),
        "--screenshot=" + picture,
        "--window-size=1200,1200",
        "--force-device-scale-factor=1");
    BufferedImage painted = ImageIO.read(picture.toFile());
    assertEquals(1200, painted.getWidth());
    assertTrue(pixels(painted, DONE) > 50_000, "done: " + pixels(painted, DONE));
    assertTrue(pixels(painted, FAILED) > 5_000, "failed: " + pixels(painted, FAILED));
  }

  private static long pixels(BufferedImage painted, int colour) {
    long count = 0;
    for (int y = 0; y < painted.getHeight(); y++) {
      for (int x = 0; x < painted.getWidth(); x++) {
        count += (painted.getRGB(x, y) & 0xffffff) == colour ? 1 : 0;
      }
    }
    return count;
  }
}
