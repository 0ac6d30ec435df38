package io.imageshare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.ShareRequest.Action;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShareRequestTest {
  private static final ShareRequest TWO_BY_TWO =
      ShareRequest.share(List.of("i-2", "i-1"), List.of("p-2", "p-1"));

  @Test
  void keepsTheOrderAndDropsDuplicates() {
    ShareRequest request = ShareRequest.share(List.of("b", "a", "b"), List.of("z", "y", "z", "x"));
    assertEquals(List.of("b", "a"), List.copyOf(new ArrayList<>(request.images())));
    assertEquals("[z, y, x]", new ArrayList<>(request.recipients()).toString());
    assertEquals(6, request.pairs());
  }

  @Test
  void cannotBeChangedFromOutside() {
    ArrayList<String> images = new ArrayList<>(List.of("a"));
    ShareRequest request = ShareRequest.share(images, List.of("p"));
    images.add("b");
    assertEquals(Set.of("a"), request.images());
    assertThrows(UnsupportedOperationException.class, () -> request.images().add("c"));
  }

  @Test
  void refusesIdsThatLookLikeSeveralJoined() {
    for (String joined : List.of("a,b", "a;b", "a b", "a\nb", "a\tb")) {
      assertSays(
          "looks like several ids joined", () -> ShareRequest.share(List.of(joined), List.of("p")));
      assertSays("projects", () -> ShareRequest.share(List.of("i"), List.of(joined)));
      assertSays("looks like several ids joined", () -> Recipient.project(joined));
    }
  }

  /** Lines of a file of another system, cells of a table, what was copied from a page. */
  @Test
  void blanksAroundAnIdAreTakenOff() {
    ShareRequest clean = ShareRequest.share(List.of("i", "j"), List.of("p", "q"));
    assertEquals(
        clean, ShareRequest.share(List.of(" i", "i\r\n", "j\t"), List.of("p\r", "p", "\u2003q ")));
    assertEquals(clean, ShareRequest.builder().images("i ", "j").projects(" p", "q", "p ").build());
    assertEquals(
        clean,
        ShareRequest.fromJson("{\"images\":[\" i\",\"j\",\"i\"],\"projects\":[\"p \",\"q\\r\"]}"));
    assertEquals(clean, new ShareRequest(Action.SHARE, Set.of("i ", "j"), clean.recipients()));
    assertEquals(Recipient.project("p"), Recipient.project("\tp "));
    assertEquals("v", ShareRequest.accept(List.of("i"), List.of("p")).vault(" v ").vault());
    assertEquals(
        WantedState.of(List.of("i"), List.of("p")),
        WantedState.of(List.of(" i", "i"), List.of("p", "p\n")));
    assertEquals(
        Map.of("i", Set.of(Recipient.project("p"), Recipient.project("q"))),
        WantedState.of(
                Map.of("i", Set.of(Recipient.project("p")), " i", Set.of(Recipient.project("q"))))
            .recipients());
  }

  /** A row has the character of {@code a~b}, how it is shown, and what is said of it. */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '^',
      value = {
        "d, \\r, looks like several ids joined by \\r (CARRIAGE RETURN (CR)); give each id by itself",
        "9, \\t, looks like several ids joined by \\t (CHARACTER TABULATION); give each id by itself",
        "2028, \\u2028, looks like several ids joined by U+2028 (LINE SEPARATOR); give each id by itself",
        "20, ^ ^, looks like several ids joined; give each id by itself",
        "2c, ^,^, looks like several ids joined; give each id by itself",
        "3b, ;, looks like several ids joined; give each id by itself",
        "22, ^\"^, ^looks like several ids joined, or one in quotes; give each id by itself^",
        "27, ', ^looks like several ids joined, or one in quotes; give each id by itself^",
        "201c, \u201c, ^looks like several ids joined, or one in quotes; give each id by itself^",
        "a0, ^\u00a0^, ^holds U+00A0 (NO-BREAK SPACE), which no id does^",
        "feff, \\ufeff, ^holds U+FEFF (ZERO WIDTH NO-BREAK SPACE), which no id does^",
        "200b, \\u200b, ^holds U+200B (ZERO WIDTH SPACE), which no id does^",
        "202e, \\u202e, ^holds U+202E (RIGHT-TO-LEFT OVERRIDE), which no id does^",
        "2066, \\u2066, ^holds U+2066 (LEFT-TO-RIGHT ISOLATE), which no id does^",
        "1b, \\u001b, ^holds U+001B (ESCAPE), which no id does^",
        "5c, \\, ^holds U+005C (REVERSE SOLIDUS), which no id does^",
        "0, \\u0000, ^holds U+0000 (NULL), which no id does^",
        "ad, \\u00ad, ^holds U+00AD (SOFT HYPHEN), which no id does^",
        "3164, \u3164, ^holds U+3164 (HANGUL FILLER), which no id does^",
        "378, \u0378, ^holds U+0378, which no id does^",
        "d800, \\ud800, ^holds U+D800 (HIGH SURROGATES D800), which no id does^",
        "e0041, \\ue0041, ^holds U+E0041 (TAG LATIN CAPITAL LETTER A), which no id does^",
      })
  void whatNoIdHoldsIsNamedWithItsPlace(String point, String shown, String said) {
    String id = "a" + Character.toString(Integer.parseInt(point, 16)) + "b";
    String message = "\"a" + shown + "b\" " + said;
    List<String> given = List.of("x", "y ", id);
    List<String> other = List.of("o");
    assertSays("images[2]: " + message, () -> ShareRequest.share(given, other));
    assertSays("projects[2]: " + message, () -> ShareRequest.unshare(other, given));
    assertSays("images[0]: " + message, () -> ShareRequest.builder().images(id));
    assertSays("images[0]: " + message, () -> new ShareRequest(Action.SHARE, Set.of(id), Set.of()));
    assertSays("vault: " + message, () -> ShareRequest.accept(other, other).vault(id));
    assertSays("images[2]: " + message, () -> WantedState.of(given, other));
    assertSays("projects[2]: " + message, () -> WantedState.of(other, given));
    assertSays("images: " + message, () -> WantedState.of(Map.of(id, Set.of())));
  }

  @Test
  void aCharacterThatIsNotSeenIsFoundAtTheEndsToo() {
    assertSays(
        "images[0]: \"i\u00a0\" holds U+00A0 (NO-BREAK SPACE)",
        () -> ShareRequest.share(List.of("i\u00a0"), List.of("p")));
    assertSays(
        "projects[1]: \"\\ufeffp\" holds U+FEFF",
        () -> ShareRequest.share(List.of("i"), List.of("p", "\ufeffp")));
  }

  @Test
  void aFileInPlaceOfAnIdIsNotQuotedAsAWhole() {
    String file = "0a1b2c3d4e5f60718293a4b5c6d7e8f9\n".repeat(10_000);
    String message =
        String.valueOf(
            assertThrows(
                    IllegalArgumentException.class,
                    () -> ShareRequest.share(List.of("i"), List.of(file)))
                .getMessage());
    assertTrue(message.length() < 250 && message.contains("joined by \\n"), message);
  }

  /** A member that a listing shows is there, whatever its id is made of. */
  @Test
  void aRecipientMayHaveAnIdThatNoRequestMayName() {
    Recipient odd = Recipient.project("a\u200b'\u001b");
    assertEquals("a\u200b'\u001b", odd.id());
    assertEquals("a\\u200b'\\u001b", odd.toString());
    assertEquals("i\\n with a\\u200b'\\u001b", new Member("i\n", odd).toString());
    assertSays(
        "recipients[0]: ",
        () -> ShareRequest.builder().images("i").recipients(List.of(odd)).build());
    assertSays("recipients of i[0]: ", () -> WantedState.of(Map.of("i", Set.of(odd))));
  }

  @Test
  void refusesBlankIdsNullsAndEmptyLists() {
    assertSays(
        "images[1]: an id is blank", () -> ShareRequest.share(List.of("i", " "), List.of("p")));
    assertSays("projects[0]: an id is blank", () -> ShareRequest.share(List.of("i"), List.of("")));
    assertSays(
        "images[1]: an id is null",
        () -> ShareRequest.share(Arrays.asList("i", null), List.of("p")));
    assertSays(
        "recipients[0]: null",
        () ->
            ShareRequest.builder().images("i").recipients(Arrays.asList((Recipient) null)).build());
    assertSays("images: none given", () -> ShareRequest.share(List.of(), List.of("p")));
    assertSays("recipients: none given", () -> ShareRequest.share(List.of("i"), List.of()));
  }

  @Test
  @SuppressWarnings("NullAway") // callers without its checks pass null
  void saysWhichArgumentIsNull() {
    assertEquals(
        "images",
        assertThrows(NullPointerException.class, () -> ShareRequest.share(null, List.of("p")))
            .getMessage());
    assertEquals(
        "projects",
        assertThrows(NullPointerException.class, () -> ShareRequest.unshare(List.of("i"), null))
            .getMessage());
    assertEquals(
        "recipients",
        assertThrows(NullPointerException.class, () -> ShareRequest.builder().recipients(null))
            .getMessage());
    assertEquals(
        "projects",
        assertThrows(
                NullPointerException.class, () -> ShareRequest.builder().projects((String[]) null))
            .getMessage());
    assertEquals(
        "projects",
        assertThrows(NullPointerException.class, () -> WantedState.of(List.of("i"), null))
            .getMessage());
    assertEquals(
        "json",
        assertThrows(NullPointerException.class, () -> ShareRequest.fromJson(null)).getMessage());
    assertSays(
        "recipients of i[0]: null",
        () -> WantedState.of(Map.of("i", new HashSet<>(Arrays.asList((Recipient) null)))));
    assertEquals(
        "csv", assertThrows(NullPointerException.class, () -> WantedState.read(null)).getMessage());
  }

  @Test
  void writesTheApisOwnDocument() {
    assertEquals(
        "{\"images\":[\"i-2\",\"i-1\"],\"projects\":[\"p-2\",\"p-1\"]}", TWO_BY_TWO.toJson());
  }

  @Test
  void readsBackWhatItWrites() {
    assertEquals(TWO_BY_TWO, ShareRequest.fromJson(TWO_BY_TWO.toJson()));
    ShareRequest unshare = ShareRequest.unshare(List.of("i"), List.of("p"));
    assertEquals(unshare, ShareRequest.fromJson(unshare.toJson()));
    assertEquals(Action.UNSHARE, ShareRequest.fromJson(unshare.toJson()).action());
    ShareRequest accept = ShareRequest.accept(List.of("i"), List.of("p", "q")).vault("v");
    assertEquals(accept, ShareRequest.fromJson(accept.toJson()));
    ShareRequest all =
        ShareRequest.builder()
            .images("i")
            .projects("p")
            .recipients(List.of(Recipient.domain("d"), Recipient.organization("o::1:ou:o-1/ou-2")))
            .build();
    assertEquals(all, ShareRequest.fromJson(all.toJson()));
    assertEquals(
        Set.of(Recipient.domain("d")),
        ShareRequest.fromJson("{\"images\":[\"i\"],\"domains\":[\"d\"]}").recipients());
  }

  @Test
  void onlyProjectsDecideAndOnlyWhatIsAcceptedHasAVault() {
    ShareRequest reject = ShareRequest.reject(List.of("i"), List.of("p"));
    assertSays("vault: v; only what is accepted", () -> reject.vault("v"));
    assertSays(
        "only a project can ACCEPT",
        () ->
            ShareRequest.builder()
                .action(Action.ACCEPT)
                .images("i")
                .recipients(List.of(Recipient.domain("d")))
                .build());
    assertDocument(
        "vault_id: expected a string, found 7",
        "{\"action\":\"accept\",\"images\":[\"i\"],\"projects\":[\"p\"],\"vault_id\":7}");
  }

  @Test
  void aDocumentOfAnotherShapeGetsAnErrorThatNamesTheField() {
    assertDocument("images: expected an array, found nothing", "{\"projects\":[\"p\"]}");
    assertDocument("projects: expected an array, found nothing", "{\"images\":[\"i\"]}");
    assertDocument(
        "images: expected an array, found \"i\"", "{\"images\":\"i\",\"projects\":[\"p\"]}");
    assertDocument(
        "images[1]: expected a string, found 7", "{\"images\":[\"i\",7],\"projects\":[\"p\"]}");
    assertDocument(
        "projects[0]: expected a string, found null", "{\"images\":[\"i\"],\"projects\":[null]}");
    assertDocument(
        "project: not a field of this document; it has action, domains, images, organizations, projects,"
            + " vault_id",
        "{\"images\":[\"i\"],\"project\":[\"p\"]}");
    assertDocument(
        "action: expected \"share\", \"unshare\", \"accept\" or \"reject\"",
        "{\"action\":\"drop\",\"images\":[\"i\"],\"projects\":[\"p\"]}");
    assertDocument("document: expected an object", "[]");
    assertDocument("document: expected an object", "");
    assertDocument("document: not JSON", "{\"images\":");
    assertDocument(
        "document: not JSON", "{\"images\":[\"i\"],\"images\":[\"j\"],\"projects\":[\"p\"]}");
    assertDocument("document: not JSON", "{\"images\":[\"i\"],\"projects\":[\"p\"]} {}");
    assertDocument("or token 'null', 'true' or 'false'), at line 1, column 12", "{\"images\": ,}");
    assertDocument("images: none given", "{\"images\":[],\"projects\":[\"p\"]}");
    assertDocument("projects: none given", "{\"images\":[\"i\"],\"projects\":[]}");
    assertDocument("looks like several ids joined", "{\"images\":[\"i;j\"],\"projects\":[\"p\"]}");
  }

  private static void assertDocument(String message, String json) {
    assertSays(message, () -> ShareRequest.fromJson(json));
  }

  private static void assertSays(String message, Executable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
    assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
  }
}
