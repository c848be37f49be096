"""What people and jobs do with the portal: one public function a file; storage and gateways come as arguments."""
