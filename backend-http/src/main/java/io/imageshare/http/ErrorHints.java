package io.imageshare.http;

import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is known about an error beyond the service's message. */
final class ErrorHints {
  private static final Pattern IMAGE = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  private static final Pattern PROJECT = Pattern.compile("[0-9a-f]{32}");

  /** An id of either, in any spelling. */
  private static final Pattern NUMBER =
      Pattern.compile("(?i)" + PROJECT.pattern() + "|" + IMAGE.pattern());

  private static final String PROJECT_ID =
      "; a project is given by its id, 32 hexadecimal digits, in the region of ";
  private static final String IMAGE_ID = "; an image is given by its id, a UUID, in the region of ";

  private static final Set<String> WRONG_IMAGE =
      Set.of("IMG.0027", "IMG.0066", "IMG.0086", "IMG.0144");
  private static final Set<String> WRONG_PROJECT = Set.of("IMG.0067", "IMG.0108", "IMG.0177");
  private static final Set<String> OF_ANOTHER_REGION = Set.of("IMG.0108", "IMG.0177");

  /** What is said of an id of either kind. */
  private static final Set<String> WRONG_ID = Set.of("", "IMG.0001", "IMG.0031");

  private static final int NOT_FOUND = 404;
  private static final int TOO_LARGE = 413;
  private static final Duration CLOCK_ACCURACY = Duration.ofMinutes(1);
  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(15);
  private static final Duration LOCKED = Duration.ofMinutes(5);

  private final StringBuilder hints = new StringBuilder();
  private final ApiRequest request;
  private final ApiResponse response;
  private final boolean always;
  private final ErrorBody error;
  private final Kind kind;
  private final Identity identity;
  private final boolean accepted;
  private final @Nullable String project;
  private final Instant now;

  /**
   * What is known about one response.
   *
   * @param accepted whether the service accepted this identity before
   */
  ErrorHints(
      ApiRequest request,
      ApiResponse response,
      boolean always,
      Identity identity,
      boolean accepted,
      @Nullable String project,
      Instant now) {
    this.request = request;
    this.response = response;
    this.always = always;
    this.error = ErrorBody.read(response);
    this.kind = ErrorTranslation.kind(request, response, error, always);
    this.identity = identity;
    this.accepted = accepted;
    this.project = project;
    this.now = now;
  }

  /** The hints, each with a semicolon before it; empty when there are none. */
  String text() {
    if (response.redirects()) {
      redirected();
    } else if (error.tellsOfLongHeaders(response.status())) {
      longHeaders();
    } else {
      if (error.bare()) {
        bare();
      }
      switch (kind) {
        case UNAUTHENTICATED -> unauthenticated();
        case INVALID, INVALID_IMAGE, INVALID_RECIPIENT -> invalid();
        case FORBIDDEN -> forbidden();
        default -> {}
      }
    }
    return hints.toString();
  }

  private void redirected() {
    add(
        "redirects are not followed, as credentials and writes would go elsewhere; it leads to %s:"
                .formatted(Endpoint.target(response.header("Location")))
            + " is that a login page on the way, or the endpoint that endpoint(...) should name?");
    nothingElse();
  }

  private void nothingElse() {
    if (always) {
      add("nothing else ever came to " + request.kind());
      if (request.write() && kind == Kind.UNSUPPORTED) {
        hints.append(
            ", so it is not sent again within %s s".formatted(BareAnswers.HELD.toSeconds()));
      }
    }
  }

  private void longHeaders() {
    add(
        "the headers of the request are too long for it, and smaller slices do not help: is the"
            + " token very long? An access key is short");
  }

  private void bare() {
    String location = response.header("Location");
    add(
        "that is not the service's answer but a page%s: check the endpoint, and the proxy, firewall"
                .formatted(location.isEmpty() ? "" : " that names " + Endpoint.target(location))
            + " or gateway on the way to "
            + host());
    nothingElse();
    if (request.method().equals("DELETE")) {
      add("does something on the way refuse a DELETE, or one with a body?");
    }
    if (response.status() == TOO_LARGE && request.write()) {
      add("limits(...) makes slices small enough from the start");
    }
  }

  private void unauthenticated() {
    if (error.code().equals(ErrorCodes.OTHER_PROJECT)) {
      otherProject(); // the key or token is good, or it would not have been compared
      return;
    }
    Instant expiry = identity.expiry();
    boolean expired = expiry != null && !now.isBefore(expiry);
    if (expired) {
      add("the " + identity.noun() + " expired at " + expiry);
    }
    if (identity instanceof Identity.AccessKey key) {
      key(key);
    } else if (!expired) {
      token(expiry);
    }
  }

  private void otherProject() {
    add(
        project != null && isName(project)
            ? "projectId: " + names(PROJECT_ID, List.of(project))
            : "%s is not in the region of %s, or not the one of these credentials"
                .formatted(project(), host()));
  }

  private void key(Identity.AccessKey key) {
    Instant server = RetryAfter.date(response);
    Duration ahead =
        server == null
            ? Duration.ZERO
            : Duration.between(server, now).truncatedTo(ChronoUnit.SECONDS);
    if (ahead.abs().compareTo(CLOCK_ACCURACY) > 0) {
      add(
          "the local clock is %d s %s the server's, and 15 minutes are tolerated"
              .formatted(ahead.abs().toSeconds(), ahead.isNegative() ? "behind" : "ahead of"));
    }
    if (messageContains("reach the limit")) {
      Instant free = (server == null ? now : server).plus(LOCKED).truncatedTo(ChronoUnit.SECONDS);
      add(
          "more than five refusals lock an access key for five minutes: %s is free again at %s at"
                  .formatted(key.noun(), free)
              + " the latest, if it is left alone until then");
    } else if (accepted && ahead.abs().compareTo(CLOCK_TOLERANCE) <= 0) {
      add(
          "%s was accepted before: it was disabled or deleted since, or what was signed was changed on the way"
              .formatted(key.noun()));
    } else if (messageContains("get secretkey failed")) {
      add(
          "%s is not known to %s: it is misspelled, deleted or of another cloud"
              .formatted(key.noun(), host()));
    } else if (messageContains("signature fail") && ahead.abs().compareTo(CLOCK_TOLERANCE) <= 0) {
      add(
          "the secret is not that of %s, or what was signed was changed on the way"
              .formatted(key.noun()));
    } else if (key.temporary() && key.expiry() == null) {
      add(key.noun() + " may have expired; Credentials.temporary(...) renews such keys");
    }
  }

  private void token(@Nullable Instant expiry) {
    if (messageContains("decrypt token fail")) {
      add(host() + " does not know this token: it is cut, withdrawn or of another cloud");
    } else if (ErrorCodes.gateway(error.code()).equals(ErrorCodes.TOKEN_EXPIRED)) {
      String elsewhere = "one of another region than that of " + host();
      add(
          expiry == null
              ? "an expired token is answered so, and " + elsewhere
              : "the token is good until %s, so it was withdrawn, or is %s"
                  .formatted(expiry, elsewhere));
    }
  }

  /** Whether the service's message names this cause: one code stands for many. */
  private boolean messageContains(String text) {
    return error.message().toLowerCase(Locale.ROOT).contains(text);
  }

  private String host() {
    return request.endpoint().getHost();
  }

  private void invalid() {
    ShareRequest slice = request.slice();
    if (slice != null
        && slice.images().stream().allMatch(id -> PROJECT.matcher(id).matches())
        && slice.recipients().stream().anyMatch(r -> IMAGE.matcher(r.id()).matches())) {
      add("the images look like projects and the projects like images; are they swapped?");
    } else if (request.purpose() == ApiRequest.Purpose.LIST
        && PROJECT.matcher(request.subject()).matches()) {
      add(request.subject() + " looks like a project's id, not an image's");
    } else if (request.purpose() == ApiRequest.Purpose.LIST && response.status() == NOT_FOUND) {
      add(
          !isName(request.subject())
              ? "is the id spelled right, and is it of an image%s in the region of %s?"
                  .formatted(project == null ? "" : " of " + project(), host())
              : names(IMAGE_ID, List.of(request.subject())));
    } else if (slice != null && !error.bare()) {
      ids(slice);
    }
    if (error.code().equals("IMG.0047") || error.code().equals("IMG.0106")) {
      String images =
          slice == null
              ? "image " + request.subject() + " is"
              : slice.images().size() == 1
                  ? "image " + slice.images().iterator().next() + " is"
                  : "one of these images is";
      add(images + " not owned by " + project() + " of these credentials");
    }
  }

  /** Names where ids belong, if it may be for them that a slice was refused. */
  private void ids(ShareRequest slice) {
    List<String> images = slice.images().stream().filter(ErrorHints::isName).toList();
    List<String> projects =
        slice.recipients().stream()
            .filter(recipient -> recipient.type() == Recipient.Type.PROJECT)
            .map(Recipient::id)
            .filter(ErrorHints::isName)
            .toList();
    boolean either = WRONG_ID.contains(error.code());
    if (!images.isEmpty() && (either || WRONG_IMAGE.contains(error.code()))) {
      add(names(IMAGE_ID, images));
    }
    if (!projects.isEmpty() && (either || WRONG_PROJECT.contains(error.code()))) {
      add(names(PROJECT_ID, projects));
    } else if (OF_ANOTHER_REGION.contains(error.code())) {
      add(
          "is it a project of the region of %s? Each region has projects of its own, and an image is shared within its region"
              .formatted(host()));
    }
  }

  private static boolean isName(String id) {
    return !NUMBER.matcher(id).matches();
  }

  private String names(String rule, List<String> names) {
    return names.get(0)
        + (names.size() == 1
            ? " looks like a name"
            : " and %d more look like names".formatted(names.size() - 1))
        + rule
        + host();
  }

  private void forbidden() {
    switch (request.purpose()) {
      case SUBMIT -> add("sharing needs the right ims:images:share");
      case LIST -> add("listing members needs the rights ims:images:get and ims:images:share");
      default -> {}
    }
  }

  private String project() {
    return project == null ? "the project" : "project " + project;
  }

  private void add(String hint) {
    hints.append("; ").append(hint);
  }
}
