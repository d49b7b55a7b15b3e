"""The partner sandbox: bank, courier, SMS, real-name and issuing systems over HTTP."""
