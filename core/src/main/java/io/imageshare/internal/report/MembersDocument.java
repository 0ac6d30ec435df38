package io.imageshare.internal.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareWorkflow.ImageMembers;
import java.io.IOException;
import java.io.Writer;
import java.util.Iterator;
import java.util.Map;

/** Who has which images, as CSV and as JSON, written image by image. */
public final class MembersDocument {
  static final String IMAGE = "image";
  static final String TYPE = "type";
  static final String RECIPIENT = "recipient";
  static final String STATUS = "status";
  static final String REASON = "reason";

  private MembersDocument() {}

  /** A row for each member; one without a recipient for an image that has none. */
  public static void csv(Iterator<ImageMembers> images, Writer to) throws IOException {
    to.write(Csv.row(IMAGE, TYPE, RECIPIENT, STATUS, REASON));
    while (images.hasNext()) {
      ImageMembers next = images.next();
      Reason reason = next.reason();
      if (next.members().isEmpty()) {
        to.write(Csv.row(next.image(), "", "", "", reason == null ? "" : reason.toString()));
      }
      for (Map.Entry<Recipient, MemberStatus> member : next.members().entrySet()) {
        Recipient recipient = member.getKey();
        String type = JsonBinding.name(recipient.type());
        to.write(Csv.row(next.image(), type, recipient.id(), member.getValue().name(), ""));
      }
    }
    to.flush();
  }

  /** An array with a line for each image. */
  public static void json(Iterator<ImageMembers> images, Writer to) throws IOException {
    String before = "[";
    while (images.hasNext()) {
      to.write(before + "\n" + object(images.next()));
      before = ",";
    }
    to.write(before.equals("[") ? "[]\n" : "\n]\n");
    to.flush();
  }

  private static JsonNode object(ImageMembers image) {
    ObjectNode object = JsonBinding.MAPPER.createObjectNode().put(IMAGE, image.image());
    ArrayNode members = object.putArray("members");
    image
        .members()
        .forEach(
            (recipient, status) ->
                members.add(
                    JsonBinding.MAPPER
                        .<ObjectNode>valueToTree(recipient)
                        .put(STATUS, status.name())));
    if (image.reason() != null) {
      object.set(REASON, JsonBinding.MAPPER.valueToTree(image.reason()));
    }
    return object;
  }
}
