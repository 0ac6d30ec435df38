package io.imageshare.memory;

/**
 * The shape of an error body ({@code ims-api.md} section 3.1, by its letter). Only the first two
 * carry the service's code; with the others a client has the status alone.
 */
public enum ErrorShape {
  /** A: {@code {"error":{"message":"...","code":"IMG.0066"}}}, of the service's own calls. */
  ERROR_OBJECT,
  /** B: {@code {"error_msg":"...","error_code":"...","request_id":"..."}}, of the gateway. */
  FLAT,
  /** E: {@code {"itemNotFound":{"message":"...","code":404}}}, of other services of OpenStack. */
  OPENSTACK,
  /**
   * F: {@code {"message":"...<br /><br />","code":"404 Not Found","title":"Not Found"}}, of the
   * calls under /v2/images. As in a real Glance, a request that does not accept JSON is answered in
   * HTML, and one that says nothing in plain text.
   */
  GLANCE,
  /** G: the same as XML. */
  XML,
  /** H: no body, which a client cannot tell from a page of a proxy: it is no verdict. */
  EMPTY
}
