package dev.registryd.client;

import java.util.Objects;

/** One field of a request that the service did not accept. */
public final class FieldViolation {
  private final String field;
  private final String description;

  public FieldViolation(String field, String description) {
    this.field = Objects.requireNonNull(field, "field");
    this.description = Objects.requireNonNull(description, "description");
  }

  /** The field, from the request's top: {@code options.mirrors[1]}. */
  public String field() {
    return field;
  }

  /** What is wrong with it, for people. */
  public String description() {
    return description;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FieldViolation
        && field.equals(((FieldViolation) other).field)
        && description.equals(((FieldViolation) other).description);
  }

  @Override
  public int hashCode() {
    return Objects.hash(field, description);
  }

  @Override
  public String toString() {
    return field + ": " + description;
  }
}
