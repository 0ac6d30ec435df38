/**
 * The HTTP server in front of a simulated cloud: sockets, requests, credentials, endpoints and the
 * documents of the wire protocol. Only {@link io.imageshare.memory.ImsServer} calls it, through
 * {@link io.imageshare.memory.internal.server.WireServer}.
 */
@NullMarked
package io.imageshare.memory.internal.server;

import org.jspecify.annotations.NullMarked;
