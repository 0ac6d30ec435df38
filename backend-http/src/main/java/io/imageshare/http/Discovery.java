package io.imageshare.http;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks for credentials where the vendor's SDK does ({@code ims-api.md} section 5.4).
 *
 * @param environment the variables of the environment
 * @param home the user's home directory
 * @param metadata the metadata service of the instance this runs on
 */
record Discovery(Map<String, String> environment, Path home, URI metadata) {
  static final URI METADATA = URI.create("http://169.254.169.254");

  private static final String FILE = "HUAWEICLOUD_SDK_CREDENTIALS_FILE";
  private static final String PROFILE = "basic";
  private static final Pattern SECTION = Pattern.compile("\\[\\s*([^\\]]*?)\\s*\\].*");
  private static final Pattern ENTRY = Pattern.compile("([^=\\s]+)\\s*=\\s*(\\S*).*");

  /**
   * The first that there are.
   *
   * @throws IllegalStateException if some are there in part, or cannot be read
   */
  Credentials find() {
    if (!value(environment, Credentials.ENV_KEY).isEmpty()
        || !value(environment, Credentials.ENV_SECRET).isEmpty()) {
      return Credentials.fromEnvironment(environment);
    }
    String named = value(environment, FILE);
    Path file =
        named.isEmpty() ? home.resolve(".huaweicloud").resolve("credentials") : Path.of(named);
    Map<String, String> profile = profile(file, named.isEmpty());
    String key = value(profile, "ak");
    String secret = value(profile, "sk");
    if (key.isEmpty() && secret.isEmpty()) {
      return Credentials.ofInstance(
          metadata,
          "%s is not set, and %s has no ak in [%s]".formatted(Credentials.ENV_KEY, file, PROFILE));
    }
    if (key.isEmpty() || secret.isEmpty()) {
      throw new IllegalStateException(
          "%s: no %s in [%s]; a profile needs ak and sk"
              .formatted(file, key.isEmpty() ? "ak" : "sk", PROFILE));
    }
    return Credentials.ofKey(
        key, secret, value(profile, "security_token"), value(profile, "project_id"));
  }

  private static String value(Map<String, String> values, String name) {
    return values.getOrDefault(name, "").strip();
  }

  /** The entries of the profile; none if the file is missing where nobody named it. */
  private static Map<String, String> profile(Path file, boolean mayBeMissing) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      if (mayBeMissing) {
        return Map.of();
      }
      throw unreadable(file, e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    Map<String, String> entries = new HashMap<>();
    String section = "";
    for (String line : lines) {
      Matcher head = SECTION.matcher(line.strip());
      Matcher entry = ENTRY.matcher(line.strip());
      if (head.matches()) {
        section = head.group(1);
      } else if (section.equals(PROFILE) && entry.matches()) {
        entries.put(entry.group(1), entry.group(2));
      }
    }
    return entries;
  }

  private static IllegalStateException unreadable(Path file, IOException e) {
    // Its message may quote what was read.
    return new IllegalStateException(
        "%s: it cannot be read: %s; %s can name another file"
            .formatted(file, e.getClass().getName(), FILE));
  }
}
