package io.imageshare.examples.glance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.imageshare.BackendException;
import io.imageshare.Reason;
import java.net.URI;
import java.util.Map;

/** Gets tokens of one project of a cloud. */
final class Keystone {
  private static final JsonMapper JSON = new JsonMapper();

  private final OpenStackCloud cloud;
  private final Exchange http;

  Keystone(OpenStackCloud cloud, Exchange http) {
    this.cloud = cloud;
    this.http = http;
  }

  /**
   * A token, and what it is good for.
   *
   * @param project the project it is for
   * @param glance where its cloud has Glance, without a slash and a version at the end
   */
  record Session(String token, String project, URI glance) {
    @Override
    public String toString() {
      return "Session[" + project + ", " + glance + "]";
    }
  }

  /** Asks for a token. */
  Session login() {
    String base = cloud.auth("auth_url").replaceFirst("/+$", "");
    URI tokens = URI.create((base.endsWith("/v3") ? base : base + "/v3") + "/auth/tokens");
    Exchange.Answer answer = http.send(false, "POST", tokens, Map.of(), request().toString());
    if (answer.status() == 401) {
      throw answer.refusal(Reason.Kind.UNAUTHENTICATED, "Keystone refuses the credentials");
    }
    String token = answer.header("X-Subject-Token");
    JsonNode body = answer.json().path("token");
    String project = body.path("project").path("id").asText();
    if (answer.status() != 201 || token.isEmpty() || project.isEmpty()) {
      throw answer.refusal(answer.openKind(), "no token for a project from " + tokens);
    }
    return new Session(token, project, glance(body.path("catalog")));
  }

  private ObjectNode request() {
    ObjectNode request = JSON.createObjectNode();
    ObjectNode auth = request.putObject("auth");
    ObjectNode identity = auth.putObject("identity");
    if (cloud.isApplication()) {
      identity.putArray("methods").add("application_credential");
      ObjectNode credential = identity.putObject("application_credential");
      put(credential, "id", "application_credential_id");
      put(credential, "name", "application_credential_name");
      put(credential, "secret", "application_credential_secret");
      if (cloud.auth("application_credential_id").isEmpty()) {
        user(credential);
      }
      return request;
    }
    identity.putArray("methods").add("password");
    put(user(identity.putObject("password")), "password", "password");
    ObjectNode project = auth.putObject("scope").putObject("project");
    put(project, "id", "project_id");
    if (cloud.auth("project_id").isEmpty()) {
      put(project, "name", "project_name");
      domain(project, "project");
    }
    return request;
  }

  private ObjectNode user(ObjectNode parent) {
    ObjectNode user = parent.putObject("user");
    put(user, "id", "user_id");
    if (cloud.auth("user_id").isEmpty()) {
      put(user, "name", "username");
      domain(user, "user");
    }
    return user;
  }

  /** Names are unique within a domain only; the clients take the first one unless told. */
  private void domain(ObjectNode parent, String whose) {
    ObjectNode domain = parent.putObject("domain");
    put(domain, "id", whose + "_domain_id");
    put(domain, "name", whose + "_domain_name");
    if (domain.isEmpty()) {
      domain.put("id", "default");
    }
  }

  private void put(ObjectNode node, String field, String setting) {
    if (!cloud.auth(setting).isEmpty()) {
      node.put(field, cloud.auth(setting));
    }
  }

  private URI glance(JsonNode catalog) {
    URI given = cloud.glance();
    if (given != null) {
      return base(given.toString());
    }
    for (JsonNode service : catalog) {
      for (JsonNode endpoint : service.path("endpoints")) {
        if (service.path("type").asText().equals("image")
            && endpoint.path("interface").asText().equals(cloud.network())
            && (cloud.region().isEmpty()
                || endpoint.path("region_id").asText().equals(cloud.region()))) {
          return base(endpoint.path("url").asText());
        }
      }
    }
    throw new BackendException(
        new Reason(
            Reason.Kind.UNSUPPORTED,
            "",
            "the catalog has no %s endpoint of an image service in region \"%s\""
                .formatted(cloud.network(), cloud.region())));
  }

  private static URI base(String url) {
    return URI.create(url.replaceFirst("/+(v2(\\.\\d+)?/*)?$", ""));
  }
}
