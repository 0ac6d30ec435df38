/**
 * The real API over HTTP.
 *
 * <p>A caller needs two types: {@link io.imageshare.http.HttpBackend} and {@link
 * io.imageshare.http.Credentials}. The facts about the wire are in {@code ims-api.md}.
 */
@NullMarked
package io.imageshare.http;

import org.jspecify.annotations.NullMarked;
