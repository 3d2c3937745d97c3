package dev.tapswitch.control.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.json.Json;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ListingTest {
    @Test
    void anEmptyListingIsAnEmptyArray() {
        assertEquals("[]\n", whole(Listing.array(Listing.each(List.of(), Json::of))));
    }

    @Test
    void omittedEntriesLeaveNoComma() {
        var some = Listing.each(List.of(1, 2, 3, 4), i -> i % 2 == 1 ? null : Json.of(i));
        assertEquals("[2,4]\n", whole(Listing.array(some)));
    }

    @Test
    void manyEntriesAreSplitIntoPartsOfBoundedLength() {
        List<Integer> numbers = IntStream.range(0, 50_000).boxed().toList();
        Listing listing = Listing.array(Listing.each(numbers, Json::of));
        StringBuilder all = new StringBuilder();
        boolean isMore = true;
        while (isMore) {
            StringBuilder part = new StringBuilder();
            isMore = listing.next(part);
            assertTrue(part.length() < 10_000, () -> "a part of " + part.length());
            all.append(part);
        }
        assertEquals(Json.of(numbers), Json.parse(all.toString()));
    }

    @Test
    void membersPrecedeAndFollowTheArray() {
        var entries = Listing.each(List.of(1, 2), Json::of);
        Json before = Json.object().put("switch", "lan");
        assertEquals(
                "{\"switch\":\"lan\",\"ports\":[1,2],\"totals\":7}\n",
                whole(Listing.member(
                        before, "ports", entries, () -> Json.object().put("totals", 7))));
        assertEquals(
                "{\"switch\":\"lan\",\"ports\":[]}\n",
                whole(Listing.member(before, "ports", Listing.each(List.of(), Json::of), Json::object)));
    }

    @Test
    void aWalkContinuesWhereItStopped() {
        Listing.Entries walk = Listing.walk((slot, visitor) -> {
            visitor.accept(Json.of(slot));
            return slot == 500 ? -1 : slot + 100;
        });
        assertEquals("[0,100,200,300,400,500]\n", whole(Listing.array(walk)));
    }

    private static String whole(Listing listing) {
        StringBuilder text = new StringBuilder();
        while (listing.next(text)) assertTrue(text.length() < 1_000_000);
        return text.toString();
    }
}
