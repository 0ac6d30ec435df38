package io.imageshare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.ShareRequest.Action;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

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

  @Test
  void refusesBlankIdsNullsAndEmptyLists() {
    assertSays("images: an id is blank", () -> ShareRequest.share(List.of(" "), List.of("p")));
    assertSays("projects: an id is blank", () -> ShareRequest.share(List.of("i"), List.of("")));
    assertSays(
        "images: one of them is null",
        () -> ShareRequest.share(Arrays.asList("i", null), List.of("p")));
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
    assertDocument("images: none given", "{\"images\":[],\"projects\":[\"p\"]}");
    assertDocument("projects: none given", "{\"images\":[\"i\"],\"projects\":[]}");
    assertDocument("looks like several ids joined", "{\"images\":[\"i;j\"],\"projects\":[\"p\"]}");
  }

  private static void assertDocument(String message, String json) {
    assertSays(message, () -> ShareRequest.fromJson(json));
  }

  private static void assertSays(String message, Runnable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
  }
}
