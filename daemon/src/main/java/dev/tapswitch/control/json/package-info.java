/**
 * JSON (RFC 8259): strict reading and writing with Gson, and a view of its tree that needs few checks. No mapping of records by reflection: the owner of
 * a record converts it.
 */
package dev.tapswitch.control.json;
