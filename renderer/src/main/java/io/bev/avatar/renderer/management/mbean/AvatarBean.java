package io.bev.avatar.renderer.management.mbean;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.renderer.expression.NotedUpdates;
import io.bev.avatar.renderer.state.Activity;
import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.AvatarState.Investigation;
import io.bev.avatar.renderer.state.StateStore;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The avatar's state; changes are submitted to the store as documents and validated like those of any other client. */
record AvatarBean(StateStore store, NotedUpdates updates) implements AvatarMXBean {

    @Override
    public String getEmotion() {
        return store.current().emotion().label();
    }

    @Override
    public double getIntensity() {
        return store.current().intensity();
    }

    @Override
    public @Nullable String getActivity() {
        return store.current().activity().map(Activity::label).orElse(null);
    }

    @Override
    public @Nullable String getInvestigationId() {
        return investigation(Investigation::id).orElse(null);
    }

    @Override
    public @Nullable Double getInvestigationProgress() {
        return investigation(Investigation::progress).orElse(null);
    }

    @Override
    public @Nullable Integer getInvestigationFindings() {
        return investigation(Investigation::findings).orElse(null);
    }

    @Override
    public @Nullable Double getInvestigationThreatLevel() {
        return investigation(Investigation::threatLevel).orElse(null);
    }

    @Override
    public @Nullable String getInvestigationLastDiscovery() {
        return store.current()
                .investigation()
                .flatMap(Investigation::lastDiscovery)
                .orElse(null);
    }

    private <T> Optional<T> investigation(Function<Investigation, T> field) {
        return store.current().investigation().map(field);
    }

    @Override
    public Map<String, Double> getBlendshapes() {
        return new TreeMap<>(store.current().blendshapes());
    }

    @Override
    public long getStateSequence() {
        return store.current().seq();
    }

    @Override
    public double getStateAgeSeconds() {
        return store.age().toMillis() / 1000.0;
    }

    @Override
    public long getRejectedUpdates() {
        return store.statistics().rejectedByReason().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    @Override
    public Map<String, Long> getRejectedUpdatesByReason() {
        return new TreeMap<>(store.statistics().rejectedByReason());
    }

    @Override
    public StateUpdate setEmotion(String emotion) {
        return submit("emotion", document().put("emotion", emotion));
    }

    @Override
    public StateUpdate setIntensity(double intensity) {
        return submit("intensity", document().put("intensity", intensity));
    }

    @Override
    public StateUpdate setBlendshape(String name, double weight) {
        ObjectNode document = document();
        // Blendshapes in a document replace the current map; this operation adds one to it.
        ObjectNode weights = document.putObject("blendshapes");
        store.current().blendshapes().forEach(weights::put);
        weights.put(name, weight);
        return submit("blendshape", document);
    }

    @Override
    public StateUpdate reset() {
        return accepted("reset", updates.submit(all -> all.reset(StateStore.Origin.MBEAN)));
    }

    private static ObjectNode document() {
        return JsonNodeFactory.instance.objectNode().put("schema", AvatarState.SCHEMA);
    }

    private StateUpdate submit(String subject, ObjectNode document) {
        byte[] json = document.toString().getBytes(StandardCharsets.UTF_8);
        return accepted(subject, updates.submit(all -> all.submit(json, StateStore.Origin.MBEAN)));
    }

    private static StateUpdate accepted(String subject, StateStore.Outcome outcome) {
        if (!outcome.accepted()) {
            throw new IllegalArgumentException(subject + " rejected (" + outcome.reason() + "): " + outcome.detail());
        }
        return new StateUpdate(outcome.seq(), outcome.note().orElse(null));
    }
}
