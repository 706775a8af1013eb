package io.bev.avatar.common.http;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** Creates the TLS engine of a connection as configured. */
final class TlsEngines {

    private TlsEngines() {}

    static SSLEngine create(HttpsConfigurator configurator, SocketChannel channel) {
        InetSocketAddress client = channel.remoteAddress();
        SSLEngine engine = configurator.getSSLContext().createSSLEngine(client.getHostString(), client.getPort());
        engine.setUseClientMode(false);
        configurator.configure(new HttpsParameters() {
            @Override
            public HttpsConfigurator getHttpsConfigurator() {
                return configurator;
            }

            @Override
            public InetSocketAddress getClientAddress() {
                return client;
            }

            @Override
            public void setSSLParameters(SSLParameters parameters) {
                engine.setSSLParameters(parameters);
            }
        });
        return engine;
    }
}
