/**
 * Asks registryd about image references, registries and their credentials. Messages and stubs are
 * in {@code dev.registryd.registry.v1}.
 */
package dev.registryd.client;
