package dev.registryd.client.scenario;

/** A step asks for what there is not. */
final class NotUnderstood extends RuntimeException {
  private static final long serialVersionUID = 1;

  NotUnderstood(String message) {
    super(message);
  }

  NotUnderstood(String message, Throwable cause) {
    super(message + ": " + cause, cause);
  }
}
