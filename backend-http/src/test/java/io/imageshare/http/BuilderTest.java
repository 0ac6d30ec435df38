package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.http.HttpBackend.JobQuery;
import io.imageshare.http.HttpBackend.MemberList;
import java.net.Authenticator;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BuilderTest {
  private static final URI ENDPOINT = URI.create("https://ims.example.com");

  private static HttpBackend.Builder builder() {
    return Fixtures.backend(ENDPOINT);
  }

  private static void refused(String beginning, HttpBackend.Builder builder) {
    String message = assertThrows(IllegalArgumentException.class, builder::build).getMessage();
    assertTrue(String.valueOf(message).startsWith(beginning + ":"), message);
  }

  @Test
  void refusesWhatIsMissingByTheMethodThatGivesIt() {
    refused("endpoint", HttpBackend.builder().credentials(Credentials.accessKey("a", "s")));
    refused("credentials", HttpBackend.builder().endpoint(ENDPOINT));
  }

  @Test
  void aRegionStandsForItsEndpoint() {
    for (String region :
        List.of("cn-north-4", "ap-southeast-1", "la-south-2", "my-kualalumpur-1")) {
      try (HttpBackend backend =
          HttpBackend.builder()
              .region(region)
              .credentials(Credentials.accessKey("a", "s"))
              .build()) {
        assertEquals(
            "HttpBackend[https://ims." + region + ".myhuaweicloud.com]", backend.toString());
      }
    }
    for (String wrong :
        List.of(
            "",
            "CN-North-4",
            "cn-north-4.evil.example",
            "cn-north-4/",
            "north",
            "cn north 4",
            "cn-north-4\n",
            "https://ims.cn-north-4.myhuaweicloud.com",
            "eu-west-101")) {
      refused(
          "region",
          HttpBackend.builder().region(wrong).credentials(Credentials.accessKey("a", "s")));
    }
    refused("region", builder().region("cn-north-4"));
  }

  @Test
  void refusesAnEndpointThatIsMoreOrLessThanAHost() {
    for (String wrong :
        List.of(
            "ims.example.com",
            "ims.example.com:443",
            "ftp://ims.example.com",
            "https://ims.example.com/v1",
            "https://ims.example.com?x=secret",
            "https://ims.example.com#f",
            "https://user:secret@ims.example.com",
            "https://user:secret@ims_x.example.com",
            "https://ims_x.example.com",
            "https://ims.example.com:70000",
            "http://ims.example.com",
            "http://127.0.0.1.example.com",
            "https:opaque")) {
      HttpBackend.Builder builder = builder().endpoint(URI.create(wrong));
      refused("endpoint", builder);
      assertFalse(
          assertThrows(IllegalArgumentException.class, builder::build)
              .toString()
              .contains("secret"));
    }
  }

  @Test
  void quotesTheEndpointThatWasGivenButNoQuery() {
    for (String given :
        List.of("ims.example.com", "ims.example.com:443", "https:opaque", "https://ims_x.test")) {
      refused("endpoint: " + given, builder().endpoint(URI.create(given + "?key=secret")));
    }
    HttpBackend.Builder builder = builder().endpoint(URI.create("user:secret@ims.example.com"));
    String message = assertThrows(IllegalArgumentException.class, builder::build).getMessage();
    assertTrue(String.valueOf(message).startsWith("endpoint: it holds a user"), message);
  }

  @Test
  void normalizesAnEndpoint() {
    for (Map.Entry<String, String> spelling :
        Map.of(
                "HTTPS://IMS.Example.com:443/", "https://ims.example.com",
                "https://ims.example.com:8443", "https://ims.example.com:8443",
                "http://localhost:80", "http://localhost",
                "http://127.0.0.1:8080/", "http://127.0.0.1:8080",
                "http://[::1]:8080", "http://[::1]:8080")
            .entrySet()) {
      assertEquals(
          URI.create(spelling.getValue()),
          Endpoint.check("endpoint", URI.create(spelling.getKey()), false));
    }
    URI plain = URI.create("http://ims.example.com");
    builder().endpoint(plain).plainHttp().build().close();
  }

  @Test
  void refusesABadEndpointOfTheIdentityService() {
    HttpBackend.Builder builder =
        builder()
            .credentials(
                Credentials.password(URI.create("http://iam.example.com"), "d", "u", "p", "x"));
    refused("credentials(password(iamEndpoint))", builder);
    builder.plainHttp().build().close();
  }

  @Test
  void refusesNumbersOutOfRange() {
    refused("membersPerImage", builder().membersPerImage(0));
    refused("concurrentCalls", builder().concurrentCalls(0));
    refused("bodyLimit", builder().bodyLimit(0));
    refused("requestTimeout", builder().requestTimeout(Duration.ZERO));
    refused("connectTimeout", builder().connectTimeout(Duration.ofSeconds(-1)));
    Duration forever = ChronoUnit.FOREVER.getDuration();
    refused("connectTimeout", builder().connectTimeout(Duration.ofDays(36_500).plusNanos(1)));
    assertEquals(
        "requestTimeout: %s; it must be positive, and 36500 days at most".formatted(forever),
        assertThrows(
                IllegalArgumentException.class, () -> builder().requestTimeout(forever).build())
            .getMessage());
  }

  @Test
  void theLongestTimeLimitsDoForACall() throws Exception {
    Duration longest = Duration.ofDays(36_500);
    try (WireServer server =
            new WireServer((q, s) -> WireServer.reply(s, 200, "{\"status\":\"RUNNING\"}"));
        HttpBackend backend =
            Fixtures.backend(server.endpoint())
                .requestTimeout(longest)
                .connectTimeout(longest)
                .build()) {
      Fixtures.get(backend.job("j1"));
    }
  }

  @Test
  void refusesAProjectThatIsBlankOrMissingWhereAPathNeedsIt() {
    refused("projectId", builder().projectId(" "));
    refused("projectId", builder().projectId("a\nb"));
    HttpBackend.Builder none =
        HttpBackend.builder().endpoint(ENDPOINT).credentials(Credentials.accessKey("a", "s"));
    none.build().close();
    refused("memberList(V1)", none.memberList(MemberList.V1));
    refused("jobQuery(SHOW_JOB)", none.jobQuery(JobQuery.SHOW_JOB));
  }

  @Test
  void takesTheProjectOfTheEnvironment() {
    Credentials credentials =
        Credentials.fromEnvironment(
            Map.of(
                "HUAWEICLOUD_SDK_AK", "a",
                "HUAWEICLOUD_SDK_SK", "s",
                "HUAWEICLOUD_SDK_PROJECT_ID", Fixtures.PROJECT));
    HttpBackend.builder()
        .endpoint(ENDPOINT)
        .credentials(credentials)
        .jobQuery(JobQuery.SHOW_JOB)
        .build()
        .close();
  }

  @Test
  void refusesAClientThatActsOnItsOwn() {
    HttpClient follows =
        HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
    refused("client", builder().client(follows));
    HttpClient answers = HttpClient.newBuilder().authenticator(new Authenticator() {}).build();
    refused("client", builder().credentials(Credentials.token(() -> "t")).client(answers));
    if (Runtime.version().feature() < 25) {
      refused("client", builder().client(answers));
    } else {
      builder().client(answers).build().close();
    }
    HttpClient plain = HttpClient.newHttpClient();
    builder().client(plain).build().close();
    refused("proxy", builder().client(plain).proxy(ProxySelector.of(null)));
  }

  @Test
  void reportsItsLimits() {
    try (HttpBackend backend =
        builder().limits(new BatchLimits(1, 2, 3)).membersPerImage(256).build()) {
      assertEquals(new BatchLimits(1, 2, 3), backend.limits());
      assertEquals(256, backend.membersPerImage());
    }
    try (HttpBackend backend = builder().build()) {
      assertEquals(BatchLimits.defaults(), backend.limits());
      assertEquals(128, backend.membersPerImage());
      assertEquals("HttpBackend[https://ims.example.com]", backend.toString());
    }
  }
}
