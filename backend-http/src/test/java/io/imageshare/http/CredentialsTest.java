package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class CredentialsTest {
  private static final URI IAM = URI.create("https://iam.example.com");

  @Test
  void readTheEnvironmentOfTheVendorsClient() {
    Credentials credentials =
        Credentials.fromEnvironment(
            Map.of(
                "HUAWEICLOUD_SDK_AK", " " + Fixtures.AK,
                "HUAWEICLOUD_SDK_SK", Fixtures.SK + "\n",
                "HUAWEICLOUD_SDK_SECURITY_TOKEN", "made-up-token"));
    assertEquals("Credentials[temporary access key " + Fixtures.AK + "]", credentials.toString());
    assertNull(credentials.project());
  }

  @Test
  void nameTheVariableThatIsNotSet() {
    assertTrue(message(() -> Credentials.fromEnvironment(Map.of())).contains("HUAWEICLOUD_SDK_AK"));
    assertTrue(
        message(() -> Credentials.fromEnvironment(Map.of("HUAWEICLOUD_SDK_AK", "a")))
            .startsWith("HUAWEICLOUD_SDK_SK: not set"));
  }

  @Test
  void refuseWhatCannotBeSentInAHeaderWithoutQuotingIt() {
    assertFalse(message(() -> Credentials.accessKey("ak", "geheim\n")).contains("geheim"));
    assertFalse(message(() -> Credentials.accessKey("ak", "sk", "gehéim")).contains("geh"));
    assertFalse(
        message(() -> new TemporaryKey("k", "geheim x", "t", Instant.EPOCH)).contains("geheim"));
    message(() -> Credentials.accessKey(" ", "sk"));
    message(() -> Credentials.password(IAM, "d", "u", "", "p"));
  }

  @Test
  void nameTheirOwnerAndNoSecret() {
    assertEquals(
        "Credentials[password of user u of account d]",
        Credentials.password(IAM, "d", "u", "geheim", "p").toString());
    assertEquals("Credentials[access key ak]", Credentials.accessKey("ak", "geheim").toString());
    assertEquals("Credentials[tokens]", Credentials.token(() -> "geheim").toString());
    assertEquals(
        "TemporaryKey[ak, until 1970-01-01T00:00:00Z]",
        new TemporaryKey("ak", "geheim", "auch", Instant.EPOCH).toString());
  }

  private static String message(Executable refused) {
    Throwable e = assertThrows(RuntimeException.class, refused);
    assertTrue(e instanceof IllegalArgumentException || e instanceof IllegalStateException);
    return String.valueOf(e.getMessage());
  }
}
