"""警情热点: where and at what hour of the week the incidents of a period were."""
