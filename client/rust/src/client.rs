use crate::v1::config_service_client::ConfigServiceClient;
use crate::v1::registry_service_client::RegistryServiceClient;
use crate::v1::v1_session_service_client::V1SessionServiceClient;
use crate::{Channel, ClientOptions, RegistryError};

/// Answers grow with what certs.d holds and with the size of a batch.
const MAX_ANSWER_BYTES: usize = 64 << 20;

/// The three services, over one connection. Clones share it.
///
/// A peer that is silent for 30 seconds is pinged. If it does not answer within 20 more, what is
/// under way ends with UNAVAILABLE.
#[derive(Clone, Debug)]
pub struct Client {
    channel: Channel,
}

impl Client {
    /// Connects with the first call, and again where the connection was lost.
    ///
    /// # Errors
    /// INVALID_ARGUMENT if the address or the combination of options makes no sense, or a file
    /// is not usable; the message names the option.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn new(options: ClientOptions) -> Result<Self, RegistryError> {
        Ok(Self { channel: Channel::new(options)? })
    }

    /// Questions about image references, registries and their credentials.
    pub fn registry(&self) -> RegistryServiceClient<Channel> {
        RegistryServiceClient::new(self.channel.clone()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    /// Reading, changing and watching the configuration.
    pub fn config(&self) -> ConfigServiceClient<Channel> {
        ConfigServiceClient::new(self.channel.clone()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    /// Sessions with registries that speak the legacy V1 protocol.
    pub fn v1_session(&self) -> V1SessionServiceClient<Channel> {
        V1SessionServiceClient::new(self.channel.clone()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    /// What the services are called over, for other stubs: health, reflection.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }
}
