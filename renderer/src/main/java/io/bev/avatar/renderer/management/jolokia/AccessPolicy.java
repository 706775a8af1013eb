package io.bev.avatar.renderer.management.jolokia;

import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.text.ErrorText;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import javax.management.ObjectName;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jolokia.server.core.restrictor.DenyAllRestrictor;
import org.jolokia.server.core.restrictor.policy.PolicyRestrictor;
import org.jolokia.server.core.service.api.Restrictor;
import org.jolokia.server.core.util.HttpMethod;
import org.jolokia.server.core.util.RequestType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/**
 * Access control of Jolokia: only what the policy document allows, and changes only with the control password.
 * Without a document, everything is denied.
 */
final class AccessPolicy implements Restrictor {

    private static final Logger LOG = LoggerFactory.getLogger(AccessPolicy.class);
    private static final String BUILT_IN = "/io/bev/avatar/renderer/jolokia-access.xml";

    private final Restrictor policy;
    /** Per thread, because Jolokia checks access on the thread that serves the request. */
    private final ThreadLocal<Boolean> control = ThreadLocal.withInitial(() -> false);

    AccessPolicy(Restrictor policy) {
        this.policy = policy;
    }

    /**
     * @param file the operator's policy; empty for the built-in one
     * @throws IOException when the file cannot be read or is not a policy; the message names the remedy
     */
    static AccessPolicy load(Optional<Path> file) throws IOException {
        if (file.isPresent()) {
            return new AccessPolicy(read(file.get()));
        }
        try (InputStream document = AccessPolicy.class.getResourceAsStream(BUILT_IN)) {
            if (document == null) {
                LOG.error("built-in Jolokia access policy {} is missing, all access is denied", BUILT_IN);
                return new AccessPolicy(new DenyAllRestrictor());
            }
            return new AccessPolicy(new PolicyRestrictor(document));
        }
    }

    private static Restrictor read(Path file) throws IOException {
        byte[] document;
        try {
            document = BoundedFiles.readBytes(file);
        } catch (IOException e) {
            throw new IOException(
                    "Jolokia policy " + file + " cannot be read (" + ErrorText.of(e) + "): fix it or remove"
                            + " renderer.jolokia-policy-file",
                    e);
        }
        try {
            requireDefaultDeny(document);
            return new PolicyRestrictor(new ByteArrayInputStream(document));
        } catch (SAXException | ParserConfigurationException | RuntimeException e) {
            throw new IOException(
                    "Jolokia policy " + file + " is invalid (" + e.getMessage() + "): expected a Jolokia <restrict>"
                            + " document; fix it or remove renderer.jolokia-policy-file",
                    e);
        }
    }

    /** Rejects a policy without {@code <commands>}: Jolokia would allow all commands on every MBean. */
    private static void requireDefaultDeny(byte[] document)
            throws IOException, SAXException, ParserConfigurationException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        DocumentBuilder builder = factory.newDocumentBuilder();
        builder.setErrorHandler(null);
        Element root = builder.parse(new ByteArrayInputStream(document)).getDocumentElement();
        if (!root.getTagName().equals("restrict")
                || root.getElementsByTagName("commands").getLength() == 0) {
            throw new IllegalArgumentException("no <commands>, which would allow everything");
        }
    }

    /** Sets whether requests of the calling thread may make changes. */
    void allowControl(boolean allowed) {
        if (allowed) {
            control.set(true);
        } else {
            control.remove();
        }
    }

    @Override
    public boolean isHttpMethodAllowed(HttpMethod method) {
        return method == HttpMethod.POST && policy.isHttpMethodAllowed(method);
    }

    @Override
    public boolean isTypeAllowed(RequestType type) {
        return policy.isTypeAllowed(type);
    }

    @Override
    public boolean isAttributeReadAllowed(ObjectName name, String attribute) {
        return policy.isAttributeReadAllowed(name, attribute);
    }

    @Override
    public boolean isAttributeWriteAllowed(ObjectName name, String attribute) {
        return control.get() && policy.isAttributeWriteAllowed(name, attribute);
    }

    @Override
    public boolean isOperationAllowed(ObjectName name, String operation) {
        return control.get() && policy.isOperationAllowed(name, operation);
    }

    @Override
    public boolean isRemoteAccessAllowed(String... hostOrAddress) {
        return policy.isRemoteAccessAllowed(hostOrAddress);
    }

    /** Always true: origins are checked by {@link JolokiaHandler}. */
    @Override
    public boolean isOriginAllowed(String origin, boolean strict) {
        return true;
    }

    @Override
    public boolean isObjectNameHidden(ObjectName name) {
        return policy.isObjectNameHidden(name);
    }
}
