package io.imageshare.internal.report;

import static com.google.common.base.Preconditions.checkArgument;
import static io.imageshare.internal.report.MembersDocument.IMAGE;
import static io.imageshare.internal.report.MembersDocument.REASON;
import static io.imageshare.internal.report.MembersDocument.RECIPIENT;
import static io.imageshare.internal.report.MembersDocument.TYPE;

import com.google.common.base.Ascii;
import com.google.common.base.Joiner;
import com.google.common.collect.Lists;
import io.imageshare.Recipient;
import io.imageshare.internal.table.Ids;
import java.io.IOException;
import java.io.Reader;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who should have which images, from a table. */
public final class WantedTable {
  private static final String PROJECT = "project";
  private static final List<String> WITHOUT_HEADER = List.of(IMAGE, PROJECT);

  /** How much is shown of a line that is no row. */
  private static final int LONGEST_SHOWN = 200;

  private final List<String> columns;

  /** Each image as it is spelled first, by its key. */
  private final Map<String, String> images = new HashMap<>();

  private final Map<String, Set<Recipient>> wanted = new LinkedHashMap<>();

  /** The line that wants an image shared with nobody. */
  private final Map<String, Integer> nobody = new LinkedHashMap<>();

  private WantedTable(List<String> columns) {
    this.columns = columns;
  }

  /**
   * Reads a table of an image and a recipient in each row.
   *
   * @throws IllegalArgumentException naming the line that is wrong
   */
  public static Map<String, Set<Recipient>> read(Reader csv) throws IOException {
    List<Csv.Row> rows = Csv.read(csv);
    boolean header = !rows.isEmpty() && isHeader(rows.get(0));
    WantedTable table = new WantedTable(header ? columns(rows.get(0)) : WITHOUT_HEADER);
    for (Csv.Row row : rows.subList(header ? 1 : 0, rows.size())) {
      try {
        table.add(row);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("line %d: %s".formatted(row.line(), e.getMessage()), e);
      }
    }
    return table.wanted;
  }

  private static boolean isHeader(Csv.Row first) {
    return !Collections.disjoint(lowerCase(first), List.of(IMAGE, PROJECT, RECIPIENT));
  }

  private static List<String> lowerCase(Csv.Row row) {
    return Lists.transform(row.fields(), Ascii::toLowerCase);
  }

  private static List<String> columns(Csv.Row header) {
    List<String> columns = lowerCase(header);
    checkArgument(
        columns.contains(IMAGE) && columns.contains(PROJECT) != columns.contains(RECIPIENT),
        "line %s: the columns are %s; image is needed, and one of project and recipient",
        header.line(),
        Joiner.on(", ").join(header.fields()));
    return columns;
  }

  private void add(Csv.Row row) {
    List<String> fields = row.fields();
    List<String> more = fields.subList(Math.min(columns.size(), fields.size()), fields.size());
    if (fields.size() < 2 || !more.stream().allMatch(String::isEmpty)) {
      throw new IllegalArgumentException(
          "expected %s, found %s"
              .formatted(
                  Joiner.on(",").join(columns),
                  Ascii.truncate(Joiner.on(",").join(fields), LONGEST_SHOWN, "...")));
    }
    String reason = field(row, REASON);
    checkArgument(
        reason.isEmpty(),
        "it says that the members could not be read, not who should have the image: %s",
        reason);
    String given = Ids.check(IMAGE, field(row, IMAGE));
    String image = images.computeIfAbsent(Ids.key(given), key -> given);
    Set<Recipient> recipients = wanted.computeIfAbsent(image, id -> new LinkedHashSet<>());
    String id = field(row, PROJECT) + field(row, RECIPIENT);
    if (id.isEmpty()) {
      nobody.putIfAbsent(image, row.line());
    } else {
      recipients.add(new Recipient(type(field(row, TYPE)), Ids.check(RECIPIENT, id)));
    }
    checkArgument(
        !nobody.containsKey(image) || recipients.isEmpty(),
        "%s has recipients, but line %s names none",
        image,
        nobody.get(image));
  }

  private String field(Csv.Row row, String column) {
    int place = columns.indexOf(column);
    return place >= 0 && place < row.fields().size() ? row.fields().get(place) : "";
  }

  private static Recipient.Type type(String name) {
    if (name.isEmpty()) {
      return Recipient.Type.PROJECT;
    }
    for (Recipient.Type type : Recipient.Type.values()) {
      if (type.name().equalsIgnoreCase(name)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "type: expected project, domain or organization, found \"%s\"".formatted(name));
  }
}
