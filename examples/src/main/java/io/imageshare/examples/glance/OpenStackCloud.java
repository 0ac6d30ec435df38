package io.imageshare.examples.glance;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One project of an OpenStack cloud, with the credentials of a user of it: what the settings of the
 * OpenStack clients say, by the names that {@code clouds.yaml} has for them.
 *
 * @param auth the settings below {@code auth}, such as {@code auth_url} and {@code username}
 * @param region the region; empty: the first that the catalog has
 * @param network which of the endpoints of a service is used: {@code public}, {@code internal} or
 *     {@code admin}
 * @param glance where Glance is; null: where the catalog says
 */
record OpenStackCloud(
    Map<String, String> auth, String region, String network, @Nullable URI glance) {

  private static final List<String> AUTH =
      List.of(
          "auth_url",
          "username",
          "user_id",
          "password",
          "user_domain_name",
          "user_domain_id",
          "project_name",
          "project_id",
          "project_domain_name",
          "project_domain_id",
          "application_credential_id",
          "application_credential_name",
          "application_credential_secret");

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if one is missing; the message names it
   */
  OpenStackCloud {
    auth = Map.copyOf(auth);
    URI identity = URI.create(need(auth, "auth_url"));
    if (identity.getHost() == null) {
      throw new IllegalArgumentException(
          "auth_url: " + identity + " has no host; it must be like https://keystone.example/v3");
    }
    if (isApplication(auth)) {
      need(auth, "application_credential_secret");
      if (!auth.containsKey("application_credential_id")) {
        needUser(auth);
      }
    } else {
      needUser(auth);
      need(auth, "password");
      if (!auth.containsKey("project_id")) {
        need(auth, "project_name");
      }
    }
  }

  private static boolean isApplication(Map<String, String> auth) {
    return auth.containsKey("application_credential_id")
        || auth.containsKey("application_credential_name");
  }

  private static void needUser(Map<String, String> auth) {
    if (!auth.containsKey("user_id")) {
      need(auth, "username");
    }
  }

  private static String need(Map<String, String> auth, String name) {
    String value = auth.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "%s: it is not set; give OS_%s, or %s in clouds.yaml"
              .formatted(name, name.toUpperCase(Locale.ROOT), name));
    }
    return value;
  }

  boolean isApplication() {
    return isApplication(auth);
  }

  /** A setting, or empty. */
  String auth(String name) {
    return auth.getOrDefault(name, "");
  }

  /**
   * Another project of the same user, such as one that is to accept images. An application
   * credential is for one project only.
   */
  OpenStackCloud project(String id) {
    if (isApplication()) {
      throw new IllegalArgumentException(
          "project " + id + ": an application credential is for its own project only");
    }
    Map<String, String> other = new LinkedHashMap<>(auth);
    other.put("project_id", id);
    other.keySet().removeAll(List.of("project_name", "project_domain_name", "project_domain_id"));
    return new OpenStackCloud(other, region, network, glance);
  }

  /**
   * The cloud of the variables that the OpenStack clients read: {@code OS_CLOUD} names one of
   * {@code clouds.yaml}, in the working directory, {@code ~/.config/openstack} or {@code
   * /etc/openstack}, or where {@code OS_CLIENT_CONFIG_FILE} says; without it, all is in {@code
   * OS_AUTH_URL}, {@code OS_USERNAME} and so on.
   */
  static OpenStackCloud of(Map<String, String> environment) throws IOException {
    String name = environment.getOrDefault("OS_CLOUD", "");
    if (name.isEmpty()) {
      return of(key -> environment.get("OS_" + key.toUpperCase(Locale.ROOT)));
    }
    String home = environment.getOrDefault("HOME", "") + "/.config/openstack/clouds.yaml";
    String given = environment.get("OS_CLIENT_CONFIG_FILE");
    for (String file :
        given == null
            ? List.of("clouds.yaml", home, "/etc/openstack/clouds.yaml")
            : List.of(given)) {
      if (Files.exists(Path.of(file))) {
        return of(Path.of(file), name);
      }
    }
    throw new IllegalArgumentException("OS_CLOUD: " + name + ", and there is no clouds.yaml");
  }

  /** A cloud of a file. Neither {@code secure.yaml} nor the profiles of vendors are read. */
  static OpenStackCloud of(Path file, String name) throws IOException {
    Map<String, String> values = CloudsYaml.read(Files.readAllLines(file));
    String prefix = "clouds/" + name + "/";
    if (values.keySet().stream().noneMatch(path -> path.startsWith(prefix))) {
      throw new IllegalArgumentException("cloud " + name + ": it is not in " + file);
    }
    if (values.containsKey(prefix + "profile")) {
      throw new IllegalArgumentException(
          "cloud " + name + ": profiles are not read; give auth_url in " + file);
    }
    return of(key -> values.get(prefix + (AUTH.contains(key) ? "auth/" : "") + key));
  }

  private static OpenStackCloud of(Function<String, @Nullable String> settings) {
    Map<String, String> auth = new LinkedHashMap<>();
    for (String name : AUTH) {
      String value = settings.apply(name);
      if (value != null && !value.isBlank()) {
        auth.put(name, value);
      }
    }
    String glance = settings.apply("image_endpoint_override");
    return new OpenStackCloud(
        auth,
        Objects.requireNonNullElse(settings.apply("region_name"), ""),
        Objects.requireNonNullElse(settings.apply("interface"), "public"),
        glance == null ? null : URI.create(glance));
  }

  /** Where, and no secret. */
  @Override
  public String toString() {
    return "OpenStackCloud["
        + auth("auth_url")
        + ", "
        + auth("project_id")
        + auth("project_name")
        + "]";
  }
}
