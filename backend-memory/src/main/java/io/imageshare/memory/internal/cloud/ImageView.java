package io.imageshare.memory.internal.cloud;

import io.imageshare.Image;
import io.imageshare.MemberStatus;
import org.jspecify.annotations.Nullable;

/**
 * An image as one project sees it.
 *
 * @param id the image's id
 * @param image what is known of it besides its members
 * @param status the project's status as its member; null: the project owns it
 */
public record ImageView(String id, Image image, @Nullable MemberStatus status) {}
