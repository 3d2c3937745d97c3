/**
 * Every setting, declared once: key, type, default, help, where it applies. Readers, the command line, the API, labs, Docker's options, JSON Schema
 * and the documentation's tables are derived from the declarations. No I/O and nothing that runs belongs here.
 */
package dev.tapswitch.control.schema;
