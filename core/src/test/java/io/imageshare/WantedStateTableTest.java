package io.imageshare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A list of who should have what, as spreadsheets and people write it. */
class WantedStateTableTest {
  private static final Recipient P1 = Recipient.project("p1");
  private static final Recipient P2 = Recipient.project("p2");

  private static Map<String, Set<Recipient>> read(String csv) throws IOException {
    return WantedState.read(new StringReader(csv)).recipients();
  }

  @Test
  void theSameListIsReadHoweverItIsWritten() throws IOException {
    Map<String, Set<Recipient>> wanted =
        Map.of("i1", Set.of(P1, P2), "i2", Set.of(P1), "i3", Set.of());
    for (String csv :
        List.of(
            "i1,p1\ni1,p2\ni2,p1\ni3,\n",
            "i1,p1\r\ni1,p2\r\ni2,p1\r\ni3,",
            "\uFEFFimage,project\r\ni1,p1\r\ni1,p2\r\ni2,p1\r\ni3,\r\n",
            "\n  i1 , p1\n\n i1\t,\tp2 \n,\n i2,p1,,\ni3,,\n   \n",
            "i1,p1\ni1,p2\ni1,p1\ni2,p1\ni3,\ni3,\n",
            "\"i1\",\"p1\"\n\"i1\" , \"p2\"\ni2,\"p1\"\ni3,\"\"",
            "project,image\np1,i1\np2,i1\np1,i2\n,i3\n",
            """
            Image,Owner,Recipient,Type
            i1,"a, ""b""
            c",p1,
            i1,x,p2,Project
            i2,x,p1,
            i3,x,,
            """)) {
      assertEquals(wanted, read(csv), csv);
    }
    assertEquals(
        Map.of("i1", Set.of(Recipient.domain("d"), Recipient.organization("o"))),
        read("image,type,recipient\ni1,domain,d\ni1,organization,o\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "i1,p1~~i2;p2 | line 3: expected image,project, found i2;p2",
        "i1,p1~i2 | line 2: expected image,project, found i2",
        "3f1c9a527d0e4c559b1e2a6f0d8c4e11,~3F1C9A52-7D0E-4C55-9B1E-2A6F0D8C4E11,p"
            + " | line 2: 3f1c9a527d0e4c559b1e2a6f0d8c4e11 has recipients, but line 1 names none",
        "i1,p1~i2,p2,p3 | line 2: expected image,project, found i2,p2,p3",
        "i1,p1~i2,p2 p3 | line 2: recipient: \"p2 p3\" looks like several ids joined; give each id by itself",
        "i1,p1~i2,p\u200b2 | line 2: recipient: \"p\\u200b2\" holds U+200B (ZERO WIDTH SPACE), which no id does",
        "i1,p1~i\u00a02,p2 | line 2: image: \"i\u00a02\" holds U+00A0 (NO-BREAK SPACE), which no id does",
        "i1,p1~'i2',p2 | line 2: image: \"'i2'\" looks like several ids joined, or one in quotes; give each id by itself",
        "i1,p1~,p2 | line 2: image: an id is blank; give each id as it is",
        "i1,p1~i2,~i2,p2 | line 3: i2 has recipients, but line 2 names none",
        "i2,p2~i1,p1~i2, | line 3: i2 has recipients, but line 3 names none",
        "i1,p1~\"i2,p2 | line 2: a quote is not closed",
        "image,projct~i1,p1 | line 1: the columns are image, projct; image is needed, and one of project and recipient",
        "project,status~p1,accepted | line 1: the columns are project, status; image is needed, and one of project and recipient",
        "image,type,recipient~i1,tenant,p1 | line 2: type: expected project, domain or organization, found \"tenant\"",
        "image,project | images: none given; at least one is needed",
        "~ | images: none given; at least one is needed",
      })
  void whatIsWrongIsToldWithItsLine(String csv, String message) {
    Exception e =
        assertThrows(IllegalArgumentException.class, () -> read(csv.replace("~", "\r\n")), csv);
    assertEquals(message, e.getMessage());
  }

  @Test
  void ofALongLineOnlySoMuchIsShown() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> read("i".repeat(100_000)));
    assertTrue(String.valueOf(e.getMessage()).length() < 300, "the message is too long");
  }
}
