package io.imageshare.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One page of an image's members, from either list ({@code ims-api.md} section 1.5).
 *
 * <p>Read strictly where a job is read leniently: a member that is overlooked would be taken for
 * removed.
 */
final class MemberPage {
  private MemberPage() {}

  /** One member: the recipient is null when its type is not known here. */
  record Entry(String key, @Nullable Recipient recipient, MemberStatus status)
      implements Listing.Entry {}

  /** The page, or null when this is not a page of this image. */
  static Listing.@Nullable Page<Entry> read(byte[] body, String image) {
    JsonNode root = Wire.object(body);
    JsonNode members = root.path(Wire.MEMBERS);
    String next = Wire.next(root);
    if (!members.isArray() || next == null) {
      return null;
    }
    List<Entry> entries = new ArrayList<>();
    for (JsonNode member : members) {
      Entry entry = entry(member, image);
      if (entry == null) {
        return null;
      }
      entries.add(entry);
    }
    return new Listing.Page<>(entries, next, body.length);
  }

  private static @Nullable Entry entry(JsonNode member, String image) {
    String id = Wire.id(member, Wire.MEMBER_ID);
    String of = Wire.text(member, Wire.IMAGE_ID);
    if (id.isEmpty() || (!of.isEmpty() && !Wire.same(of, image))) {
      return null;
    }
    String type = Wire.text(member, Wire.MEMBER_TYPE).toLowerCase(Locale.ROOT);
    try {
      return new Entry(type + " " + id, recipient(type, id, member), status(member));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable Recipient recipient(String type, String id, JsonNode member) {
    String urn = Wire.text(member, Wire.URN);
    return switch (type) {
      // Older deployments do not return the type of a member.
      case "", "project" -> Recipient.project(id);
      case "domain" -> Recipient.domain(id);
      case "organization" -> Recipient.organization(urn.isEmpty() ? id : urn);
      default -> null;
    };
  }

  private static MemberStatus status(JsonNode member) {
    return switch (Wire.text(member, Wire.STATUS).toLowerCase(Locale.ROOT)) {
      case "pending" -> MemberStatus.PENDING;
      case "accepted" -> MemberStatus.ACCEPTED;
      case "rejected" -> MemberStatus.REJECTED;
      default -> MemberStatus.UNKNOWN;
    };
  }
}
