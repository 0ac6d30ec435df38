package io.imageshare.memory.internal.server;

/** A request that the server itself refuses, before or besides what its cloud refuses. */
final class WireErrorException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  final transient WireError error;

  WireErrorException(WireError error) {
    super(error.message());
    this.error = error;
  }

  /** Refused by the service, with its code. */
  static WireErrorException service(String code, String message) {
    return new WireErrorException(WireError.service(code, message));
  }

  /** Refused by a call under /v2/images, with a status. */
  static WireErrorException ofNative(int status, String message) {
    return new WireErrorException(WireError.ofNative(status, message));
  }

  /** Refused by the gateway. */
  static WireErrorException gateway(int status, String code, String message) {
    return new WireErrorException(WireError.gateway(status, code, message));
  }
}
